using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed unsafe class DropoutTests
{
    private const int Length = 4096;

    [TestMethod]
    public void TheSameKeyGivesTheSameMaskAtAllWidths()
    {
        var mask = Apply(SimdWidth.Bits512, 0.4f, 9);

        Near.AreSame(mask, Apply(SimdWidth.Bits512, 0.4f, 9), "value");
        Near.AreSame(mask, Apply(SimdWidth.Bits256, 0.4f, 9), "value");
        Near.AreSame(mask, Apply(SimdWidth.Bits128, 0.4f, 9), "value");
    }

    [TestMethod]
    public void DifferentKeysGiveIndependentMasks()
    {
        var one = Apply(SimdWidths.Best, 0.5f, 1);
        var other = Apply(SimdWidths.Best, 0.5f, 2);

        var both = one.Zip(other).Count(pair => pair.First == 0 && pair.Second == 0);

        Assert.AreEqual(Length / 4, both, 150);
    }

    [TestMethod]
    [DataRow(0.1f)]
    [DataRow(0.5f)]
    [DataRow(0.9f)]
    public void TheRateIsKeptAndTheOthersAreScaled(float rate)
    {
        var zeros = 0;
        for (var key = 0UL; key < 20; key++)
        {
            foreach (var value in Apply(SimdWidths.Best, rate, key))
            {
                if (value == 0)
                    zeros++;
                else
                    Assert.AreEqual(1 / (1 - rate), value, 1e-5f);
            }
        }
        Assert.AreEqual(rate, zeros / (20.0 * Length), 0.01);
    }

    [TestMethod]
    public void ARateOfZeroChangesNothing()
    {
        foreach (var value in Apply(SimdWidths.Best, 0, 3))
            Assert.AreEqual(1f, value);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AStackDropsInTrainingAlone(CellKind cell)
    {
        var sequences = Sequences.Random(9, 5, 20);
        using var without = new StackRun(new StackSetup { Cell = cell, Layers = 2 });
        using var with = new StackRun(new StackSetup { Cell = cell, Layers = 2, Dropout = 0.5f });

        without.Predict(sequences);
        with.Predict(sequences);
        Near.AreSame(without.Outputs, with.Outputs, "output");

        with.Train(sequences, dropoutSeed: 1);
        var first = with.Outputs;
        with.Train(sequences, dropoutSeed: 2);
        CollectionAssert.AreNotEqual(first, with.Outputs);
        with.Train(sequences, dropoutSeed: 1);
        Near.AreSame(first, with.Outputs, "output");
        CollectionAssert.AreNotEqual(first, without.Outputs);
    }

    /// <summary>What is dropped of a pooled output has no gradient by the weights that read it.</summary>
    [TestMethod]
    public void EachPartOfThePooledOutputsHasAMaskOfItsOwn()
    {
        const int Units = 34;
        using var run = new StackRun(new StackSetup { Units = Units, Dropout = 0.5f });
        run.Train(Sequences.Random(1, 20, 20), labels: [1], dropoutSeed: 8);

        var columns = run.Parameters.Encoder.Shape.OutputColumns();
        for (var part = 0; part < 2; part++)
        {
            for (var unit = 0; unit < Units; unit++)
            {
                var isDropped = NaiveDropout.Factor(CounterRandom.Key(8, RandomUse.PooledDropout, (ulong)part), columns[unit], 0.5f) == 0;
                Assert.AreEqual(isDropped, run.Parameters.Output.Weight.GradientAt(0, part * Units + unit) == 0, $"unit {unit} of part {part}");
            }
        }
    }

    private static float[] Apply(SimdWidth width, float rate, ulong key)
    {
        using var values = new NativeBuffer<float>(Length);
        values.Span.Fill(1);
        Dropout.For(width, rate).Apply(values.Pointer, values.Pointer, Length, key);
        return values.Span.ToArray();
    }
}
