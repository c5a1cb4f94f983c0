using System.Numerics;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The reversible multiplication: printed algorithm against golden file, engine against both references.</summary>
[TestClass]
internal sealed unsafe class Algorithm1Tests
{
    private const int StateOne = 1 << 23;

    [TestMethod]
    [GoldenFiles("alg1_unit")]
    public void UnboundedReferenceGivesTheGoldenIntegersBothWays(string name)
    {
        var file = GoldenFile.Load(name);
        for (var c = 0; c < file.Count("cases"); c++)
        {
            var unit = new UnboundedAlgorithm1(file.Int("cases", c, "h0"));
            var steps = file.Count("cases", c, "steps");
            for (var s = 0; s < steps; s++)
            {
                unit.Multiply(file.Int("cases", c, "steps", s, "z"));
                Assert.AreEqual(file.Int("cases", c, "steps", s, "h_after_mul"), unit.State);
                unit.Add(file.Int("cases", c, "steps", s, "update"));
                Assert.AreEqual(file.Int("cases", c, "steps", s, "h_after_update"), unit.State);
                Assert.AreEqual(BigInteger.Parse(file.Text("cases", c, "steps", s, "B")), unit.Buffer);
            }
            for (var s = steps - 1; s >= 0; s--)
            {
                unit.Add(-file.Int("cases", c, "steps", s, "update"));
                unit.Unmultiply(file.Int("cases", c, "steps", s, "z"));
                Assert.AreEqual(s == 0 ? file.Int("cases", c, "h0") : file.Int("cases", c, "steps", s - 1, "h_after_update"), unit.State);
            }
            Assert.AreEqual(BigInteger.Zero, unit.Buffer);
        }
    }

    [TestMethod]
    [GoldenFiles("alg1_unit", SimdWidth.Bits512)]
    [GoldenFiles("alg1_unit", SimdWidth.Bits256)]
    [GoldenFiles("alg1_unit", SimdWidth.Bits128)]
    public void EngineGivesTheGoldenStatesUntilAWordMovesOut(string name, SimdWidth width)
    {
        var file = GoldenFile.Load(name);
        var compared = 0;
        for (var c = 0; c < file.Count("cases"); c++)
        {
            using var engine = EngineLanes.For(width);
            var states = All(file.Int("cases", c, "h0"));
            for (var s = 0; s < file.Count("cases", c, "steps") && engine.Lanes.WordCount == 0; s++, compared++)
            {
                engine.Multiply(states, All(file.Int("cases", c, "steps", s, "z")));
                CollectionAssert.AreEqual(All(file.Int("cases", c, "steps", s, "h_after_mul")), states);
                engine.Add(states, All(file.Int("cases", c, "steps", s, "update") / (float)StateOne));
                CollectionAssert.AreEqual(All(file.Int("cases", c, "steps", s, "h_after_update")), states);
            }
        }
        Assert.IsTrue(compared >= file.Count("cases"), $"Only {compared} steps were compared.");
    }

    [TestMethod]
    [DataRow(SimdWidth.Bits512)]
    [DataRow(SimdWidth.Bits256)]
    [DataRow(SimdWidth.Bits128)]
    public void ReversalGivesBackAllStatesWhateverTheGatesAndTheOrderOfRows(SimdWidth width)
    {
        // Each number stands for one update of one of eight rows.
        Property.HoldsForArrays(0, int.MaxValue - 1, seeds =>
        {
            using var engine = EngineLanes.For(width);
            var random = new Random(seeds.Length);
            int[][] rows = [.. Enumerable.Range(0, 8).Select(_ => All(0).Select(_ => random.Next(-1 << 29, 1 << 29)).ToArray())];
            int[][] before = [.. rows.Select(row => (int[])row.Clone())];

            foreach (var seed in seeds)
            {
                var (row, gates, updates) = Update(seed);
                engine.Multiply(rows[row], gates);
                engine.Add(rows[row], updates);
            }
            foreach (var seed in seeds.Reverse())
            {
                var (row, gates, updates) = Update(seed);
                engine.Subtract(rows[row], updates);
                engine.Unmultiply(rows[row], gates);
            }

            for (var row = 0; row < rows.Length; row++)
                CollectionAssert.AreEqual(before[row], rows[row], $"row {row}");
            Assert.IsTrue(engine.Lanes.IsEmpty);
        });

        static (int Row, int[] Gates, float[] Updates) Update(int seed)
        {
            var random = new Random(seed);
            var most = 1 << random.Next(11);
            return (random.Next(8), [.. All(0).Select(_ => random.Next(1, most + 1))], [.. All(0f).Select(_ => 2 * random.NextSingle() - 1)]);
        }
    }

    [TestMethod]
    [DataRow(SimdWidth.Bits512)]
    [DataRow(SimdWidth.Bits256)]
    [DataRow(SimdWidth.Bits128)]
    public void EngineEqualsTheUnboundedAlgorithmUntilAWordMovesOut(SimdWidth width)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            using var engine = EngineLanes.For(width);
            var states = new int[LostBitLanes.Count];
            var units = new UnboundedAlgorithm1[states.Length];
            for (var i = 0; i < states.Length; i++)
                units[i] = new UnboundedAlgorithm1(states[i] = random.Next(int.MinValue / 2, int.MaxValue / 2));
            var least = 1 << random.Next(11);
            var steps = 0;
            while (true)
            {
                var gates = Gates(random, least);
                engine.Multiply(states, gates);
                for (var i = 0; i < states.Length; i++)
                {
                    units[i].Multiply(gates[i]);
                    Assert.AreEqual(units[i].State, states[i], $"seed {seed}, lane {i}, step {steps}");
                }
                if (engine.Lanes.WordCount > 0 || ++steps == 500)
                    break;
                for (var i = 0; i < states.Length; i++)
                    Assert.AreEqual(units[i].Buffer, new BigInteger(engine.Lanes.Digits[i]));
                var updates = Updates(random);
                engine.Add(states, Array.ConvertAll(updates, update => update / (float)StateOne));
                for (var i = 0; i < states.Length; i++)
                {
                    units[i].Add(updates[i]);
                    Assert.AreEqual(units[i].State, states[i]);
                }
            }
            Assert.IsTrue(steps >= 3);
        }
    }

    [TestMethod]
    [DataRow(SimdWidth.Bits512, 1)]
    [DataRow(SimdWidth.Bits256, 1)]
    [DataRow(SimdWidth.Bits128, 1)]
    [DataRow(SimdWidth.Bits512, 128)]
    [DataRow(SimdWidth.Bits256, 128)]
    [DataRow(SimdWidth.Bits128, 128)]
    [DataRow(SimdWidth.Bits512, 512)]
    [DataRow(SimdWidth.Bits512, 1000)]
    [DataRow(SimdWidth.Bits512, 1020)]
    public void EngineEqualsTheScalarLanesOverLongSequencesAndReverses(SimdWidth width, int least)
    {
        const int Steps = 20_000;
        var random = new Random(least);
        using var engine = EngineLanes.For(width);
        var scalar = new ScalarLanes(LostBitTable.Create());
        var start = Array.ConvertAll(Updates(random), update => 30 * update);
        var states = (int[])start.Clone();
        var expected = (int[])start.Clone();
        var gates = new int[Steps][];
        var updates = new float[Steps][];
        var information = 0.0;
        for (var t = 0; t < Steps; t++)
        {
            gates[t] = Gates(random, least);
            var integers = Updates(random);
            updates[t] = Array.ConvertAll(integers, update => update / (float)StateOne);
            engine.Multiply(states, gates[t]);
            for (var i = 0; i < states.Length; i++)
            {
                expected[i] = scalar.Multiply(expected[i], gates[t][i], i);
                information += Math.Log2(1024.0 / gates[t][i]);
            }
            Compare(scalar, engine, expected, states, t);
            engine.Add(states, updates[t]);
            for (var i = 0; i < states.Length; i++)
                expected[i] += integers[i];
        }
        Assert.IsTrue(engine.Lanes.WordCount > 10);
        var stored = LostBitLanes.Drop / 65536.0 * engine.Lanes.WordCount;
        for (var i = 0; i < states.Length; i++)
            stored += engine.Lanes.Fill[i] / 65536.0;
        Assert.IsTrue(stored >= information - 1e-6 * information, $"{stored} bits are accounted for, {information} were lost.");
        var rounding = 6.0 / 65536 * Steps * states.Length;
        Assert.IsTrue(stored <= information + rounding, $"{stored} bits are accounted for, only {information} were lost.");

        for (var t = Steps - 1; t >= 0; t--)
        {
            engine.Subtract(states, updates[t]);
            engine.Unmultiply(states, gates[t]);
            for (var i = states.Length - 1; i >= 0; i--)
                expected[i] = scalar.Unmultiply(expected[i] - (int)(updates[t][i] * StateOne), gates[t][i], i);
            Compare(scalar, engine, expected, states, t);
        }
        CollectionAssert.AreEqual(start, states);
        Assert.IsTrue(engine.Lanes.IsEmpty);
    }

    /// <summary>B is below 2^(18 + fill), whatever the digits: that keeps the arithmetic in doubles exact.</summary>
    [TestMethod]
    [DataRow(1, false)]
    [DataRow(512, false)]
    [DataRow(1000, false)]
    [DataRow(1023, false)]
    [DataRow(1, true)]
    [DataRow(512, true)]
    [DataRow(1000, true)]
    [DataRow(1023, true)]
    public void DigitsStayBelowTheirBound(int least, bool constant)
    {
        var random = new Random(least);
        var scalar = new ScalarLanes(LostBitTable.Create());
        var states = Updates(random);
        var updates = Array.ConvertAll(Updates(random), update => update / 64);
        var ahead = double.NegativeInfinity;
        for (var t = 0; t < 100_000; t++)
        {
            for (var i = 0; i < states.Length; i++)
            {
                var z = constant ? least : random.Next(least, 1024);
                states[i] = scalar.Multiply(states[i], z, i) + (constant ? updates[i] : random.Next(-StateOne, StateOne));
                ahead = Math.Max(ahead, Math.Log2(scalar.Digits[i] + 1) - (18 + scalar.Fill[i] / 65536.0));
            }
        }
        Assert.IsTrue(ahead <= 0, $"B was {ahead} bits beyond its bound.");
    }

    [TestMethod]
    public void EmptyStoreIsReported()
    {
        using var engine = EngineLanes.For(SimdWidths.Best);
        Assert.ThrowsExactly<ReversalException>(() => engine.Unmultiply(new int[LostBitLanes.Count], All(100)));
    }

    [TestMethod]
    public void WithoutWordsTheForwardPassIsTheSame()
    {
        using var keeping = EngineLanes.For(SimdWidths.Best);
        using var dropping = EngineLanes.For(SimdWidths.Best);
        dropping.Lanes.KeepsWords = false;
        var random = new Random(1);
        var states = Updates(random);
        var others = (int[])states.Clone();
        for (var t = 0; t < 1000; t++)
        {
            var gates = Gates(random, 1);
            keeping.Multiply(states, gates);
            dropping.Multiply(others, gates);
            CollectionAssert.AreEqual(states, others);
        }
        Assert.IsTrue(keeping.Lanes.WordCount > 0);
        Assert.AreEqual(0, dropping.Lanes.WordCount);
    }

    private static void Compare(ScalarLanes scalar, EngineLanes engine, int[] expected, int[] states, int step)
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

    private static T[] All<T>(T value)
    {
        var values = new T[LostBitLanes.Count];
        Array.Fill(values, value);
        return values;
    }

    private static int[] Gates(Random random, int least)
    {
        var gates = new int[LostBitLanes.Count];
        for (var i = 0; i < gates.Length; i++)
            gates[i] = random.Next(least, 1025);
        return gates;
    }

    /// <summary>In (-1, 1), with as many bits as a float has, so that the conversion is exact.</summary>
    private static int[] Updates(Random random)
    {
        var updates = new int[LostBitLanes.Count];
        for (var i = 0; i < updates.Length; i++)
            updates[i] = random.Next(-StateOne + 1, StateOne);
        return updates;
    }
}
