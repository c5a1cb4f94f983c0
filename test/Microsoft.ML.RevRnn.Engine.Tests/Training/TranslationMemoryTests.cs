using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What the activations of a translation take: what was foretold, little against stored ones, and no more than a budget.</summary>
[TestClass]
internal sealed class TranslationMemoryTests
{
    private static readonly NetworkOptions _network = new() { Cell = CellKind.RevGru, EmbeddingSize = 40, HiddenSize = 66 };

    [TestMethod]
    [DataRow(CellKind.RevGru, 1, false, AttentionContext.EmbeddingAndSlice)]
    [DataRow(CellKind.RevLstm, 2, true, AttentionContext.EmbeddingAndSlice)]
    [DataRow(CellKind.RevLstm, 1, false, AttentionContext.Embedding)]
    [DataRow(CellKind.Lstm, 1, false, AttentionContext.Hidden)]
    public void TheEstimateIsWithinTenPerCentOfWhatIsMeasured(CellKind cell, int layers, bool bidirectional, AttentionContext context)
    {
        var network = _network with { Cell = cell, LayerCount = layers, Bidirectional = bidirectional };
        foreach (var (rows, source, target) in ((int, int, int)[])[(6, 200, 40), (16, 20, 90)])
        {
            var estimate = ActivationMemory.EstimateTranslation(network, new TranslationOptions { Context = context, SliceSize = 10 }, rows, source, target, threadCount: 2);
            foreach (var strategy in Enum.GetValues<ActivationStrategy>())
            {
                if (strategy == ActivationStrategy.Auto || estimate.Encoder[strategy] is not { } encoder || estimate.Decoder[strategy] is not { } decoder)
                    continue;
                using var run = new TranslationRun(new TranslationSetup
                {
                    Network = network,
                    Context = context,
                    SliceSize = 10,
                    Strategy = strategy,
                    ChunkLength = null,
                    Threads = 2,
                    WeightScale = 1,
                });
                run.Train(Sequences.Random(rows, source, source), Sequences.Random(rows, target - 1, target - 1));
                var (ofEncoder, ofDecoder) = (run.Pass.EncoderMemory.PeakBytes, run.Pass.DecoderMemory.PeakBytes);
                Assert.AreEqual(ofEncoder, encoder, 0.1 * ofEncoder, $"encoder, {strategy}, {rows}");
                Assert.AreEqual(ofDecoder, decoder, 0.1 * ofDecoder, $"decoder, {strategy}, {rows}");
                if (strategy == ActivationStrategy.Stored)
                    continue;
                // What it would take stored is known without storing it.
                Assert.AreEqual(estimate.Encoder.Stored, run.Pass.EncoderAccount.StoredBytes, 0.1 * estimate.Encoder.Stored);
                Assert.AreEqual(estimate.Decoder.Stored, run.Pass.DecoderAccount.StoredBytes, 0.1 * estimate.Decoder.Stored);
            }
        }
    }

    /// <summary>Concatenated sentences of 2,000 tokens with the paper's sizes, 64 at a time.</summary>
    [TestMethod]
    [DataRow(CellKind.RevGru, 8)]
    [DataRow(CellKind.RevLstm, 10)]
    public void LongSentencesTakeManyTimesLessThanStored(CellKind cell, int times)
    {
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 300, HiddenSize = 300 };
        var estimate = ActivationMemory.EstimateTranslation(network, new TranslationOptions { SliceSize = 20 }, 64, 2_000, 2_000);

        Assert.IsTrue(estimate.Encoder.Stored >= times * estimate.Encoder.Reversible, $"encoder {(double)estimate.Encoder.Stored / estimate.Encoder.Reversible}");
        Assert.IsTrue(estimate.Decoder.Stored >= times * estimate.Decoder.Reversible, $"decoder {(double)estimate.Decoder.Stored / estimate.Decoder.Reversible}");
        // Against the states alone, 32 bits each.
        var states = (cell == CellKind.RevLstm ? 2L : 1) * 4 * 300 * 64 * 2_000;
        Assert.IsTrue(states >= 4 * estimate.Encoder.Reversible, $"states {(double)states / estimate.Encoder.Reversible}");
    }

    /// <summary>The same measured, of two pairs in chunks of eight steps, which 64 have too, so that all that grows with rows or steps is in the same proportion.</summary>
    [TestMethod]
    [DataRow(CellKind.RevGru, 8)]
    [DataRow(CellKind.RevLstm, 10)]
    public void LongSentencesTakeManyTimesLessThanStoredWhenMeasured(CellKind cell, int times)
    {
        const int Rows = 2, Length = 2_000;
        var setup = new TranslationSetup
        {
            Network = new NetworkOptions { Cell = cell, EmbeddingSize = 300, HiddenSize = 300 },
            SliceSize = 20,
            ChunkLength = new ChunkLength(8, 8, 512),
            WeightScale = 1,
        };
        var (sources, targets) = (Sequences.Random(Rows, Length, Length), Sequences.Random(Rows, Length - 1, Length - 1, seed: 2));
        var (encoder, decoder) = Measure(setup, sources, targets);
        var (storedEncoder, storedDecoder) = Measure(setup with { Strategy = ActivationStrategy.Stored }, sources, targets);

        Assert.IsTrue(storedEncoder >= times * encoder, $"encoder {(double)storedEncoder / encoder}");
        Assert.IsTrue(storedDecoder >= times * decoder, $"decoder {(double)storedDecoder / decoder}");
        var states = (cell == CellKind.RevLstm ? 2L : 1) * sizeof(float) * 300 * Rows * Length;
        Assert.IsTrue(states >= 4 * encoder, $"states {(double)states / encoder}");
        var estimate = ActivationMemory.EstimateTranslation(setup.Network, new TranslationOptions { SliceSize = 20 }, 64, Length, Length).Encoder;
        Assert.AreEqual((double)encoder / Rows, estimate.Reversible!.Value / 64.0, 0.1 * encoder / Rows, "encoder");
        Assert.AreEqual((double)storedEncoder / Rows, estimate.Stored / 64.0, 0.1 * storedEncoder / Rows, "stored encoder");
    }

    [TestMethod]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    public void ATokenThatAttentionReadsByItsVectorTakesItsLostBitsOnly(CellKind cell, int parts)
    {
        var setup = new TranslationSetup
        {
            Network = _network with { Cell = cell },
            Context = AttentionContext.Embedding,
            ChunkLength = null,
            WeightScale = 1,
        };
        var targets = Sequences.Random(16, 3, 3);
        long Peak(int length)
        {
            using var run = new TranslationRun(setup);
            run.Train(Sequences.Random(16, length, length), targets);
            return run.Memory.PeakBytes;
        }

        var slope = (Peak(900) - Peak(300)) / (16 * 600.0);

        Assert.IsTrue(slope <= 1.1 * 3 * parts * _network.HiddenSize / 8, $"{slope} bytes");
    }

    [TestMethod]
    [DataRow(ActivationStrategy.Auto)]
    [DataRow(ActivationStrategy.Reversible)]
    public void ABudgetIsKeptWhateverTheLengths(ActivationStrategy strategy)
    {
        int[][] sources = [.. Sequences.Random(60, 1, 40), .. Sequences.Random(3, 200, 500)];
        int[][] targets = [.. Sequences.Random(60, 1, 40), .. Sequences.Random(3, 100, 400)];
        var model = new TranslationOptions { SliceSize = 8 };
        const long Budget = 4_000_000;
        var training = new TrainingOptions
        {
            MaximumEpochs = 2,
            ThreadCount = 1,
            ValidationFraction = 0,
            Seed = 0,
            Dropout = 0,
            ActivationStrategy = strategy,
            MemoryBudget = Budget,
        };

        var report = TranslationModel.Train(sources, targets, 11, 11, _network, model, training).Report;

        Assert.IsTrue(report.PeakActivationBytes <= Budget, $"{report.PeakActivationBytes} bytes of a budget of {Budget}");
        Assert.IsTrue(report.PeakActivationBytes > Budget / 8, $"{report.PeakActivationBytes} bytes of a budget of {Budget}");
        var memory = report.TranslationMemory!.Value;
        Assert.IsTrue(memory.EncoderPeakBytes > 0 && memory.EncoderPeakBytes + memory.DecoderPeakBytes >= report.PeakActivationBytes);
        var failure = Assert.ThrowsExactly<ArgumentException>(() => TranslationModel.Train(sources, targets, 11, 11, _network, model, training with { MemoryBudget = 10_000 }));
        foreach (var part in (string[])[nameof(TrainingOptions.MemoryBudget), "10000", "500"])
            StringAssert.Contains(failure.Message, part);
    }

    private static (long Encoder, long Decoder) Measure(TranslationSetup setup, int[][] sources, int[][] targets)
    {
        using var run = new TranslationRun(setup);
        run.Train(sources, targets);
        return (run.Pass.EncoderMemory.PeakBytes, run.Pass.DecoderMemory.PeakBytes);
    }
}
