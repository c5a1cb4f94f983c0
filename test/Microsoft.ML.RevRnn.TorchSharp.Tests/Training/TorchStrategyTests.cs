using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>How activations come back: no influence on a bit, and what they take.</summary>
[TestClass]
public sealed class TorchStrategyTests
{
    private static readonly int[][] _texts = [.. Enumerable.Range(0, 4).Select(row => Enumerable.Range(0, 1000 - 90 * row).Select(i => 1 + (i * i + row) % 10).ToArray())];

    public static IEnumerable<object[]> Cells => [[CellKind.RevLstm], [CellKind.RevGru]];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AThousandStepsAreTakenBackExactlyWhateverTheStrategy(CellKind cell)
    {
        float[][]? expected = null;
        var peaks = new Dictionary<ActivationStrategy, long>();
        foreach (var strategy in Enum.GetValues<ActivationStrategy>())
        {
            using var pair = LanguageModel(cell, TorchNetworks.Options with { ActivationStrategy = strategy });
            var result = pair.Torch.Train(Batch(), seed: 1);
            Assert.AreEqual(_texts.Sum(text => text.Length), result.Predictions);
            Assert.AreEqual(strategy == ActivationStrategy.Auto ? ActivationStrategy.Stored : strategy, pair.Torch.Account.Strategy);
            peaks[strategy] = pair.Torch.PeakBytes;
            var gradients = Gradients(pair.Torch);
            expected ??= gradients;
            for (var i = 0; i < gradients.Length; i++)
                CollectionAssert.AreEqual(expected[i], gradients[i], $"{strategy}, matrix {i}");
        }
        Assert.IsTrue(peaks[ActivationStrategy.Reversible] < peaks[ActivationStrategy.Stored]);
        Assert.IsTrue(peaks[ActivationStrategy.Hybrid] < peaks[ActivationStrategy.Reversible]);
    }

    [TestMethod]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Gru)]
    [DataRow(CellKind.GruResetAfter)]
    [DataRow(CellKind.Elman)]
    public void OfOrdinaryCellsActivationsAreStoredOrMadeAgain(CellKind cell)
    {
        float[][] Train(ActivationStrategy strategy, out long peak)
        {
            using var pair = LanguageModel(cell, TorchNetworks.Options with { ActivationStrategy = strategy });
            pair.Torch.Train(Batch(), seed: 1);
            peak = pair.Torch.PeakBytes;
            return Gradients(pair.Torch);
        }

        var expected = Train(ActivationStrategy.Reversible, out var stored);
        var repeated = Train(ActivationStrategy.Checkpointed, out var checkpointed);
        foreach (var (one, other) in expected.Zip(repeated))
            CollectionAssert.AreEqual(one, other);
        Assert.IsTrue(checkpointed < stored / 2, $"{checkpointed} of {stored}");
        Assert.ThrowsExactly<ArgumentException>(() => Train(ActivationStrategy.Hybrid, out _));
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void LostBitsAreNotMuchMoreThanTheLeast(CellKind cell)
    {
        using var pair = LanguageModel(cell, TorchNetworks.Options);
        pair.Torch.Train(Batch(), seed: 1);
        var account = pair.Torch.Account;
        Assert.IsTrue(account.OptimalBits > _texts.Sum(text => text.Length) * 14 * 0.1);
        Assert.IsTrue(account.ReversedBits >= account.OptimalBits && account.ReversedBits < 1.15 * account.OptimalBits, account.ToString());
        Assert.IsTrue(account.StoredBytes > 2 * pair.Torch.PeakBytes, $"{account}, {pair.Torch.PeakBytes}");
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void ABudgetIsKeptAndUsed(CellKind cell)
    {
        long generous, tight;
        using (var pair = LanguageModel(cell, TorchNetworks.Options with { ActivationStrategy = ActivationStrategy.Auto, MemoryBudget = 1L << 40 }))
            generous = pair.Torch.LeastBytes(4, 1000);
        using (var pair = LanguageModel(cell, TorchNetworks.Options with { ActivationStrategy = ActivationStrategy.Auto, MemoryBudget = 1 }))
            tight = pair.Torch.LeastBytes(4, 1000);
        Assert.IsTrue(tight < generous / 2);
        var chosen = new HashSet<ActivationStrategy>();
        foreach (var budget in (ReadOnlySpan<long>)[generous, (generous + tight) / 2, tight])
        {
            using var pair = LanguageModel(cell, TorchNetworks.Options with { ActivationStrategy = ActivationStrategy.Auto, MemoryBudget = budget });
            Assert.IsTrue(pair.Torch.RowLimit(1000, 6) >= 4);
            pair.Torch.Train(Batch(), seed: 1);
            Assert.IsTrue(pair.Torch.PeakBytes <= budget, $"{pair.Torch.PeakBytes} of {budget}, {pair.Torch.Account.Strategy}");
            chosen.Add(pair.Torch.Account.Strategy);
        }
        Assert.AreEqual(3, chosen.Count, string.Join(", ", chosen));
        using var one = LanguageModel(cell, TorchNetworks.Options with { MemoryBudget = 1000 });
        Assert.AreEqual(0, one.Torch.RowLimit(1000, 6));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    public void WhatABatchTakesWasForetold(CellKind cell)
    {
        var network = TorchNetworks.Network(cell) with { LayerCount = 2 };
        var both = network with { Bidirectional = true, SkipConnections = true, EmbeddingSize = 14 };
        foreach (var strategy in (ReadOnlySpan<ActivationStrategy>)[ActivationStrategy.Stored, ActivationStrategy.Reversible, ActivationStrategy.Checkpointed])
        {
            var options = TorchNetworks.Options with { MemoryBudget = 1L << 40, ActivationStrategy = strategy, Dropout = 0.3f };
            foreach (var pooling in Enum.GetValues<PoolingKind>())
                AssertForetold(TorchNetworks.Classifier(both with { Pooling = pooling }, options));
            AssertForetold(TorchNetworks.MultiLabel(network, options));
            AssertForetold(TorchNetworks.Tagger(both, options with { InputDropoutByToken = true }));
            AssertForetold(TorchNetworks.LanguageModel(network, options, new LanguageModelOptions { EmbeddingDropout = 0.1f, WeightDropout = 0.4f }));
            AssertForetold(TorchNetworks.LanguageModel(both, options, new LanguageModelOptions { SoftmaxSamples = 6 }));
        }
    }

    /// <summary>A batch of rows of the same length, of which nothing is rounded away.</summary>
    private static void AssertForetold(TrainerPair pair)
    {
        using (pair)
        {
            var batch = new PackedBatch();
            var longest = TorchNetworks.Sequences.Max(sequence => sequence.Length);
            TorchNetworks.FillEqual(batch, longest);
            pair.Torch.Train(batch, seed: 1);
            var foretold = pair.Torch.LeastBytes(batch.RowCount, longest);
            Assert.IsTrue(pair.Torch.PeakBytes <= foretold, $"{pair.Torch.PeakBytes} of {foretold}");
            Assert.IsTrue(foretold < 1.5 * pair.Torch.PeakBytes, $"{pair.Torch.PeakBytes} of {foretold}");
        }
    }

    private static TrainerPair LanguageModel(CellKind cell, TrainingOptions options)
        => TorchNetworks.LanguageModel(TorchNetworks.Network(cell) with { LayerCount = 2 }, options);

    private static PackedBatch Batch()
    {
        var batch = new PackedBatch();
        batch.Fill(_texts, [0, 1, 2, 3], 0);
        return batch;
    }

    private static float[][] Gradients(TorchTrainer trainer) => [.. trainer.Weights.Dense.Select(parameter =>
    {
        var values = new float[parameter.Gradient!.Bytes / sizeof(float)];
        parameter.Gradient.Download<float>(values);
        return values;
    })];
}
