using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The multiplication of prediction, undone by the number of the preimage.</summary>
[TestClass]
internal sealed unsafe class PreimageStateTests
{
    private const int StateOne = 1 << 23;

    [TestMethod]
    [DataRow(SimdWidth.Bits512)]
    [DataRow(SimdWidth.Bits256)]
    [DataRow(SimdWidth.Bits128)]
    public void EveryGateAndDigitHasItsPreimageKeptAndGivenBack(SimdWidth width)
    {
        using var engine = EngineLanes.For(width, CellArithmetic.Preimages);
        var states = new int[LostBitLanes.Count];
        var gates = new int[states.Length];
        var random = new Random(1);
        for (var z = 1; z <= 1024; z++)
        {
            Array.Fill(gates, z);
            for (var digit = 0; digit < 1024; digit += states.Length)
            {
                for (var i = 0; i < states.Length; i++)
                    states[i] = (random.Next(-1 << 20, 1 << 20) << 10) + digit + i;
                var before = (int[])states.Clone();

                engine.Multiply(states, gates);

                for (var i = 0; i < states.Length; i++)
                {
                    Assert.AreEqual((int)((long)before[i] * z >> 10), states[i], $"Z = {z}, state {before[i]}");
                    Assert.AreEqual(digit + i - ScalarPreimages.Of(z, (digit + i) * z >> 10).First, engine.Lanes.Digits[i], $"Z = {z}, state {before[i]}");
                }
                engine.Unmultiply(states, gates);
                Assert.IsTrue(states.AsSpan().SequenceEqual(before) && engine.Lanes.IsEmpty, $"Z = {z}, digits from {digit}");
            }
        }
    }

    [TestMethod]
    [DataRow(SimdWidth.Bits512, 1)]
    [DataRow(SimdWidth.Bits256, 1)]
    [DataRow(SimdWidth.Bits128, 1)]
    [DataRow(SimdWidth.Bits512, 128)]
    [DataRow(SimdWidth.Bits256, 128)]
    [DataRow(SimdWidth.Bits128, 128)]
    [DataRow(SimdWidth.Bits512, 1000)]
    [DataRow(SimdWidth.Bits512, 1023)]
    public void LongSequencesAreTheScalarOnesAndComeBack(SimdWidth width, int least)
    {
        const int Steps = 20_000;
        var random = new Random(least);
        using var engine = EngineLanes.For(width, CellArithmetic.Preimages);
        var scalar = new ScalarPreimages(LostBitTable.CreateOfRadix<F32x4, I32x4>());
        int[] start = [.. Values(() => 30 * random.Next(-StateOne, StateOne))];
        var (states, expected) = ((int[])start.Clone(), (int[])start.Clone());
        var (gates, updates) = (new int[Steps][], new float[Steps][]);
        for (var t = 0; t < Steps; t++)
        {
            gates[t] = Values(() => random.Next(least, 1024));
            // As many bits as a float has, so that the conversion is exact.
            updates[t] = Values(() => random.Next(-StateOne + 1, StateOne) / (float)StateOne);
            engine.Multiply(states, gates[t]);
            for (var i = 0; i < states.Length; i++)
                expected[i] = scalar.Multiply(expected[i], gates[t][i], i);
            Compare(scalar, engine, expected, states, t);
            engine.Add(states, updates[t]);
            for (var i = 0; i < states.Length; i++)
                expected[i] += (int)(updates[t][i] * StateOne);
        }
        Assert.IsTrue(engine.Lanes.WordCount > 10);

        for (var t = Steps - 1; t >= 0; t--)
        {
            engine.Subtract(states, updates[t]);
            engine.Unmultiply(states, gates[t]);
        }
        CollectionAssert.AreEqual(start, states);
        Assert.IsTrue(engine.Lanes.IsEmpty);
    }

    /// <summary>B is below 2^(18 + fill), whatever the digits: that keeps the arithmetic in doubles exact.</summary>
    [TestMethod]
    [DataRow(1, false)]
    [DataRow(512, false)]
    [DataRow(1000, false)]
    [DataRow(1, true)]
    [DataRow(3, true)]
    [DataRow(683, true)]
    [DataRow(1000, true)]
    public void DigitsStayBelowTheirBound(int least, bool constant)
    {
        var random = new Random(least);
        var scalar = new ScalarPreimages(LostBitTable.CreateOfRadix<F32x4, I32x4>());
        var state = 0;
        for (var t = 0; t < 200_000; t++)
        {
            // The highest digit at each step, which is the worst case.
            var z = constant ? least : random.Next(least, 1024);
            var (first, count) = ScalarPreimages.Of(z, random.Next(z));
            state = (state >> 10 << 10) + first + count - 1;
            state = Math.Clamp(scalar.Multiply(state, z, 0) + random.Next(-StateOne, StateOne), -1 << 30, 1 << 30);
            Assert.IsTrue(Math.Log2(scalar.Digits[0] + 1) <= 18 + scalar.Fill[0] / 65536.0 + 1e-12, $"B is {scalar.Digits[0]} with fill {scalar.Fill[0]}, step {t}.");
        }
        Assert.IsTrue(scalar.WordCount > 0);
    }

    [TestMethod]
    public void AnEmptyStoreIsReported()
    {
        using var engine = EngineLanes.For(SimdWidths.Best, CellArithmetic.Preimages);
        Assert.ThrowsExactly<ReversalException>(() => engine.Unmultiply(new int[LostBitLanes.Count], Values(() => 100)));
    }

    private static void Compare(ScalarPreimages scalar, EngineLanes engine, int[] expected, int[] states, int step)
    {
        if (!expected.AsSpan().SequenceEqual(states))
            Assert.Fail($"The states differ at step {step}.");
        Assert.AreEqual(scalar.WordCount, engine.Lanes.WordCount);
        for (var i = 0; i < states.Length; i++)
        {
            if (scalar.Fill[i] != engine.Lanes.Fill[i] || scalar.Digits[i] != (ulong)engine.Lanes.Digits[i])
                Assert.Fail($"Lane {i} differs at step {step}.");
        }
    }

    private static T[] Values<T>(Func<T> next) => [.. Enumerable.Range(0, LostBitLanes.Count).Select(_ => next())];
}
