namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>How many bits and bytes reversal keeps.</summary>
[TestClass]
internal sealed class LostBitAccountTests
{
    /// <summary>Stored bits are never fewer than the information; its sum of single-precision logarithms may be rounded up.</summary>
    private const double Least = 1 - 1e-6;

    [TestMethod]
    [DataRow(CellKind.RevLstm, 128, 1)]
    [DataRow(CellKind.RevLstm, 130, 2)]
    [DataRow(CellKind.RevGru, 128, 1)]
    [DataRow(CellKind.RevGru, 200, 2)]
    public void StoredBitsAreAtLeastTheInformationAndAtMostTenPerCentMore(CellKind cell, int units, int layers)
    {
        foreach (var limit in Enum.GetValues<ForgettingLimit>())
        {
            foreach (var scale in (float[])[1f, 2.5f])
            {
                using var run = new StackRun(new StackSetup { Cell = cell, Units = units, Layers = layers, Limit = limit, WeightScale = scale });
                run.Train(Sequences.Random(16, 70, 70));
                var ratio = run.LostBits / run.Stack.Account.OptimalBits;
                Assert.IsTrue(ratio >= Least, $"{limit}: {run.LostBits} bits hold {run.Stack.Account.OptimalBits} bits of information.");
                Assert.IsTrue(ratio <= 1.10, $"{limit}: {run.LostBits} bits hold only {run.Stack.Account.OptimalBits} bits of information.");
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void LongSequencesTakeHardlyMoreBitsThanTheInformation(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 64, WeightScale = 1.5f });

        run.Train(Sequences.Random(8, 1_000, 1_000));

        Assert.IsTrue(run.LostBits / run.Stack.Account.OptimalBits is >= Least and <= 1.01, $"{run.LostBits} for {run.Stack.Account.OptimalBits}");
    }

    /// <summary>A gate that closes altogether multiplies by 1 / 1024 and costs 10 bits, not the hundreds of its logarithm; one that opens costs that of its ceiling.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, -300f, 1)]
    [DataRow(CellKind.RevLstm, 300f, 1019)]
    [DataRow(CellKind.RevGru, -300f, 1)]
    [DataRow(CellKind.RevGru, 300f, 1023)]
    public void SaturatedGatesCountAsTheyMultiply(CellKind cell, float bias, int z)
    {
        const int Rows = 8, Steps = 600, Units = 34;
        using var run = new StackRun(new StackSetup { Cell = cell, Units = Units, Limit = ForgettingLimit.None, WeightScale = 0 });
        var parameters = run.Parameters.Encoder.Stacks[0].Layers[0];
        for (var column = 0; column < parameters.Bias.Columns; column++)
            parameters.Bias.At(0, column) = bias;

        run.Train(Sequences.Random(Rows, Steps, Steps));

        var multiplications = (cell == CellKind.RevLstm ? 2.0 : 1) * Rows * Steps * Units;
        var bits = multiplications * Math.Log2(1024.0 / z);
        Assert.AreEqual(bits, run.Stack.Account.OptimalBits, 1e-5 * bits);
        // Beyond the information there are 16 lanes of 96 bits, and up to five 2^-16 parts of a bit a multiplication, padding's of 15 lanes too.
        var most = bits + 16 * 96 + 2 * multiplications * 5 / 65536;
        Assert.IsTrue(run.LostBits >= Least * bits && run.LostBits <= most, $"{run.LostBits} for {bits}");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void ReversibleTrainingHoldsAFractionOfTheBytes(CellKind cell)
    {
        var setup = new StackSetup { Cell = cell, Units = 128, WeightScale = 1, MaximumChunkSteps = 16 };
        var sequences = Sequences.Random(16, 400, 400);
        using var reversible = new StackRun(setup);
        using var stored = new StackRun(setup with { Strategy = ActivationStrategy.Stored });

        reversible.Train(sequences, Sequences.Labels(16));
        stored.Train(sequences, Sequences.Labels(16));

        var (few, many) = (reversible.Memory.PeakBytes, stored.Memory.PeakBytes);
        Assert.IsTrue(many >= 7 * few, $"{few} bytes reversible, {many} stored.");
    }

    [TestMethod]
    public void ReversibleMemoryGrowsWithTheLengthByItsLostBitsAlone()
    {
        // Whole chunks, so that the moment of the peak is the same.
        var setup = new StackSetup { Units = 128, WeightScale = 1 };
        using var brief = new StackRun(setup);
        using var lengthy = new StackRun(setup);

        brief.Train(Sequences.Random(16, 96, 96));
        lengthy.Train(Sequences.Random(16, 384, 384));

        var growth = lengthy.Memory.PeakBytes - brief.Memory.PeakBytes;
        var bits = lengthy.LostBits - brief.LostBits;
        // Two blocks of rows, each with a last page of 192 bytes that may be all but empty.
        Assert.IsTrue(Math.Abs(growth - bits / 8) <= 2 * 2 * 192, $"{growth} bytes more for {bits} bits more.");
    }

    [TestMethod]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void WithoutForgettingThereIsNotOneLostBit(CellKind cell)
    {
        foreach (var strategy in (ActivationStrategy[])[ActivationStrategy.Reversible, ActivationStrategy.Hybrid, ActivationStrategy.Stored])
        {
            using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Layers = 2, WeightScale = 1.5f, Strategy = strategy });

            run.Train(Sequences.Random(21, 30, 200));

            Assert.AreEqual(0, run.LostBits);
            Assert.AreEqual(0, run.Stack.Account.ReversedBits);
            Assert.AreEqual(0, run.Stack.Account.OptimalBits);
        }
    }

    [TestMethod]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void WithoutForgettingReversibleMemoryDoesNotGrowWithTheLength(CellKind cell)
    {
        // Whole chunks, so that the moment of the peak is the same.
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Layers = 2, WeightScale = 1 });
        run.Train(Sequences.Random(16, 96, 96));
        var brief = run.Memory.PeakBytes;

        run.Train(Sequences.Random(16, 192, 192));

        Assert.AreEqual(brief, run.Memory.PeakBytes);
    }

    [TestMethod]
    public void StoredTrainingKeepsNoWords()
    {
        using var run = new StackRun(new StackSetup { Units = 34, Strategy = ActivationStrategy.Stored });
        var sequences = Sequences.Random(16, 200, 200);

        run.Train(sequences);

        // Two blocks of 16 lanes of a double and an int.
        Assert.AreEqual(2 * 16 * 96, run.LostBits);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void ReversalGivesTheWordsBack(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Layers = 2, WeightScale = 1.5f });
        var sequences = Sequences.Random(20, 50, 300);
        run.Train(sequences);
        run.Train([]);
        var empty = run.Memory.CurrentBytes;

        var full = 0L;
        run.Head.ForwardEnded += () => full = run.Memory.CurrentBytes;
        run.Train(sequences);
        var after = run.Memory.CurrentBytes;

        Assert.IsTrue(full - empty > 20_000, $"{full - empty} bytes of lost bits");
        // Each of 3 blocks in 2 layers may hold on to one page until its next batch.
        Assert.IsTrue(after - empty <= 2 * 3 * 192, $"{after - empty} bytes were not given back.");
        run.Train([]);
        Assert.AreEqual(empty, run.Memory.CurrentBytes);
    }
}
