namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training within a budget of activation memory.</summary>
[TestClass]
internal sealed class MemoryBudgetTests
{
    private static readonly NetworkOptions _network = new() { EmbeddingSize = 16, HiddenSize = 64 };

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Auto)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Auto)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Auto)]
    public void ABudgetIsKeptWhateverTheLengths(CellKind cell, ActivationStrategy strategy)
    {
        int[][] sequences = [.. Sequences.Random(60, 1, 40), .. Sequences.Random(4, 300, 1_000)];
        var network = _network with { Cell = cell };
        var least = ActivationMemory.Estimate(network, 1, 1_000, bitsPerForgetGate: 3)[strategy]!.Value;
        var budget = 2 * least;

        var report = Train(sequences, network, new TrainingOptions { ActivationStrategy = strategy, MemoryBudget = budget });

        Assert.IsTrue(report.PeakActivationBytes <= budget, $"{report.PeakActivationBytes} bytes of a budget of {budget}");
        Assert.IsTrue(report.PeakActivationBytes > budget / 8, $"{report.PeakActivationBytes} bytes of a budget of {budget}");
    }

    [TestMethod]
    [DataRow(ActivationStrategy.Auto, 0f)]
    [DataRow(ActivationStrategy.Reversible, 0.3f)]
    public void ABudgetIsForTheScoresOfTokensToo(ActivationStrategy strategy, float dropout)
    {
        const int V = 3_000;
        // Of as many outputs as have a megabyte of scores together.
        const int PieceRows = (1 << 20) / sizeof(float) / V;
        int[][] sequences = [.. Sequences.Random(20, 1, 40, V), .. Sequences.Random(2, 300, 300, V)];
        var options = new TrainingOptions
        {
            MaximumEpochs = 1,
            ThreadCount = 1,
            Seed = 0,
            ValidationFraction = 0,
            Dropout = dropout,
            ActivationStrategy = strategy,
            // The scores of a piece, and little more.
            MemoryBudget = PieceRows * V * sizeof(float) + 500_000,
        };

        var report = SequenceEncoder.Train(sequences, V, _network, options).Report;

        Assert.IsTrue(report.PeakActivationBytes <= options.MemoryBudget, $"{report.PeakActivationBytes} bytes of a budget of {options.MemoryBudget}");
        var failure = Assert.ThrowsExactly<ArgumentException>(() =>
            SequenceEncoder.Train(sequences, V, _network, options with { MemoryBudget = PieceRows * V * sizeof(float) }));
        StringAssert.Contains(failure.Message, nameof(TrainingOptions.MemoryBudget));
    }

    [TestMethod]
    public void WithoutBudgetAutoStores()
    {
        var sequences = Sequences.Random(20, 5, 60);
        var auto = Train(sequences, _network, new TrainingOptions { ActivationStrategy = ActivationStrategy.Auto });
        var stored = Train(sequences, _network, new TrainingOptions { ActivationStrategy = ActivationStrategy.Stored });
        Assert.AreEqual(stored.PeakActivationBytes, auto.PeakActivationBytes);
    }

    [TestMethod]
    public void ABudgetTooSmallForTheLongestTextIsRefusedBeforeTraining()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() =>
            Train(Sequences.Random(4, 900, 900), _network, new TrainingOptions { ActivationStrategy = ActivationStrategy.Auto, MemoryBudget = 10_000 }));

        StringAssert.Contains(failure.Message, nameof(TrainingOptions.MemoryBudget));
        StringAssert.Contains(failure.Message, "10000");
        StringAssert.Contains(failure.Message, "900");
    }

    private static TrainingReport Train(int[][] sequences, NetworkOptions network, TrainingOptions options)
    {
        var labels = Sequences.Labels(sequences.Length);
        return SequenceClassifier.Train(sequences, labels, 3, 11, network, options with { MaximumEpochs = 2, ThreadCount = 1, ValidationFraction = 0, Seed = 0 }).Report;
    }
}
