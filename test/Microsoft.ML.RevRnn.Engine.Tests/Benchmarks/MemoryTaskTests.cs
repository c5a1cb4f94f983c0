using Microsoft.ML.RevRnn.Benchmarks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The sequences of the memory tasks are what their baselines are of.</summary>
[TestClass]
internal sealed class MemoryTaskTests
{
    private const int Count = 1000;

    [TestMethod]
    [DataRow(10, 0.6931)]
    [DataRow(20, 0.5199)]
    [DataRow(50, 0.2971)]
    [DataRow(100, 0.1733)]
    [DataRow(200, 0.0945)]
    [DataRow(300, 0.0650)]
    [DataRow(500, 0.0400)]
    public void WhoRemembersNothingHasThePapersLossOfCopying(int delay, double expected)
    {
        var random = new Random(delay);
        var loss = 0.0;
        for (var i = 0; i < Count; i++)
        {
            var (_, targets) = CopyTask.Draw(delay, random);
            for (var t = 0; t < targets.Length; t++)
                loss -= Math.Log(CopyTask.MemorylessProbability(delay, t, targets[t])) / targets.Length;
        }
        Assert.AreEqual(expected, loss / Count, 1e-3);
        Assert.AreEqual(expected, CopyTask.Baseline(delay), 5e-5);
    }

    [TestMethod]
    public void WhatIsToBeCopiedStandsAtTheBeginningAndSymbolsAreAllAlike()
    {
        const int Delay = 7;
        var random = new Random(1);
        var counts = new int[CopyTask.Alphabet];
        for (var i = 0; i < Count; i++)
        {
            var (inputs, targets) = CopyTask.Draw(Delay, random);
            CollectionAssert.AreEqual(inputs[..10], targets[^10..]);
            CollectionAssert.AreEqual(new int[Delay + 10], targets[..^10]);
            CollectionAssert.AreEqual((int[])[.. new int[Delay - 1], 9, .. new int[10]], inputs[10..]);
            foreach (var symbol in inputs[..10])
                counts[symbol]++;
        }
        Assert.AreEqual(0, counts[0] + counts[9]);
        // Five standard deviations.
        foreach (var count in counts[1..9])
            Assert.AreEqual(10 * Count / 8.0, count, 5 * Math.Sqrt(10 * Count / 8.0));
    }

    [TestMethod]
    public void TheSumOfTwoMarkedNumbersHasTheVarianceOfASixth()
    {
        const int Steps = 30;
        var random = new Random(1);
        var squares = 0.0;
        for (var i = 0; i < 20 * Count; i++)
        {
            var (inputs, target) = AddingTask.Draw(Steps, random);
            int[] marked = [.. Enumerable.Range(0, Steps).Where(t => inputs[2 * t + 1] == 1)];
            Assert.HasCount(2, marked);
            Assert.IsTrue(marked[0] < Steps / 2 && marked[1] >= Steps / 2);
            Assert.AreEqual(inputs[2 * marked[0]] + inputs[2 * marked[1]], target);
            squares += (target - 1) * (target - 1);
        }
        Assert.AreEqual(AddingTask.Baseline, squares / (20 * Count), 0.005);
    }
}
