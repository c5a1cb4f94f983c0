using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Layers side by side against one after the other: the same bits in everything, and the same memory.</summary>
[TestClass]
internal sealed class WaveBitsTests
{
    private static readonly WaveShape[] _waves = [new(1, 2), new(3, 3), new(4, 8), new(5, 2)];

    private static readonly StackSetup _setup = new()
    {
        Layers = 3,
        EmbeddingWidth = 34,
        Units = 34,
        WeightScale = 2,
        MinimumChunkSteps = 7,
        MaximumChunkSteps = 10,
        Wave = WaveShape.Sequence,
    };

    public static IEnumerable<CellKind> Cells => Enum.GetValues<CellKind>();

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void TrainingIsTheSameWhateverTheStrategyAndTheThreads(CellKind cell)
    {
        // States that are only added to would leave their range.
        var setup = _setup with { Cell = cell, WeightScale = cell is CellKind.NfRevLstm or CellKind.NfRevGru ? 0.5f : 2 };
        var sequences = Sequences.Random(11, 1, 45);
        foreach (var strategy in Strategies(cell))
        {
            var (one, two) = (setup with { Strategy = strategy }, setup with { Strategy = strategy, Layers = 2, Dropout = 0.3f, SharesInputs = false });
            foreach (var (variant, threads, wave) in ((StackSetup, int, WaveShape)[])[(one, 3, _waves[0]), (one, 8, _waves[1]), (two, 2, _waves[2]), (two, 1, _waves[3])])
                Check(variant with { Threads = threads }, wave, sequences, Sequences.Random(3, 20, 30));
        }
    }

    public static IEnumerable<object[]> Variants
    {
        get
        {
            foreach (var cell in (CellKind[])[CellKind.RevLstm, CellKind.Gru])
            {
                var setup = _setup with { Cell = cell, Strategy = cell == CellKind.Gru ? ActivationStrategy.Checkpointed : ActivationStrategy.Hybrid };
                yield return [setup with { HasSkips = true, Dropout = 0.2f }];
                yield return [setup with { HasSkips = true, SharesInputs = false }];
                yield return [setup with { HasSkips = true, Dropout = 0.3f, InputByToken = true }];
                yield return [setup with { MaximumStateGradientNorm = 0.4f, EmbeddingDropout = 0.3f }];
                yield return [setup with { WeightDropout = 0.3f, Layers = 4, SharesInputs = false }];
                yield return [setup with { Contexts = [.. Enumerable.Range(0, 9).Select(i => (float[])[i, 1 - i, 0.5f * i])] }];
                yield return [setup with { Width = SimdWidth.Bits128 }];
                yield return [setup with { Width = SimdWidth.Bits256, Strategy = ActivationStrategy.Stored }];
                yield return [setup with { Arithmetic = CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored }];
            }
            yield return [_setup with { Arithmetic = CellArithmetic.Preimages, Strategy = ActivationStrategy.Reversible }];
        }
    }

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void SoItIsWithAllThatALayerMayHave(object variant)
    {
        foreach (var (threads, wave) in ((int, WaveShape)[])[(3, _waves[0]), (2, _waves[1])])
            Check((StackSetup)variant with { Threads = threads }, wave, Sequences.Random(9, 1, 40), Sequences.Random(9, 30, 30));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Stored)]
    public void WindowsGoOnFromTheSameStates(CellKind cell, ActivationStrategy strategy)
    {
        var setup = _setup with { Cell = cell, Strategy = strategy, Threads = 3 };
        using var expected = new StackRun(setup);
        using var run = new StackRun(setup with { Wave = _waves[1] });
        for (var window = 0; window < 3; window++)
        {
            var streams = Sequences.Random(5, 25, 25, seed: window);
            expected.TrainWindow(streams, continues: window > 0);
            run.TrainWindow(streams, continues: window > 0);
            AreSame(expected, run);
            expected.PredictWindow(streams, continues: true);
            run.PredictWindow(streams, continues: true);
            Near.AreSame(expected.Outputs, run.Outputs, "output of prediction");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, true, 0)]
    [DataRow(CellKind.RevGru, false, 8)]
    [DataRow(CellKind.GruResetAfter, true, 0)]
    public void ALanguageModelsGradientsAreTheSame(CellKind cell, bool tied, int samples)
    {
        var setup = _setup with { Cell = cell, Strategy = ActivationStrategy.Checkpointed, TiesEmbedding = tied, SoftmaxSamples = samples, Threads = 2 };
        using var expected = new NextTokenRun(setup);
        using var run = new NextTokenRun(setup with { Wave = _waves[1] });
        for (var window = 0; window < 3; window++)
        {
            var sequences = Sequences.Random(4, 30, 30, seed: window);
            Assert.AreEqual(expected.Train(sequences, continues: window > 0), run.Train(sequences, continues: window > 0));
            Near.AreSame(expected.Gradients(), run.Gradients(), "gradient");
        }
        if (samples == 0)
            Assert.AreEqual(expected.Score(Sequences.Random(3, 5, 50)), run.Score(Sequences.Random(3, 5, 50)));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible, null)]
    [DataRow(CellKind.LeakyElman, ActivationStrategy.Stored, null)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Auto, 60_000L)]
    public void SoAreThoseOfTwoDirections(CellKind cell, ActivationStrategy strategy, long? budget)
    {
        var settings = new StackSettings
        {
            Strategy = strategy,
            MemoryBudget = budget,
            Dropout = new DropoutRates(0.2f, 0.2f, 0.2f),
            InformationFlow = cell == CellKind.LeakyElman ? 1 : 0,
            MeasuresGradientReach = true,
            ChunkLength = new ChunkLength(4, 9, 40),
        };
        var (gradients, account, bytes) = Gradients(settings with { Wave = WaveShape.Sequence });
        foreach (var wave in _waves)
        {
            var (ofWave, otherAccount, otherBytes) = Gradients(settings with { Wave = wave });
            Near.AreSame(gradients, ofWave, $"gradient, {wave}");
            Assert.AreEqual(account, otherAccount);
            Assert.AreEqual(bytes, otherBytes);
        }

        (float[] Gradients, ActivationAccount Account, long Bytes) Gradients(StackSettings settings)
        {
            using var device = new Device(threads: 3);
            var network = new NetworkOptions { Cell = cell, EmbeddingSize = 10, HiddenSize = 12, LayerCount = 3, Bidirectional = true };
            var sequences = Sequences.Random(7, 1, 50);
            using var parameters = NetworkParameters.OfSequences(new NetworkShape(network, 11), 3);
            parameters.Initialize(1);
            foreach (var parameter in parameters.Dense)
                parameter.EnableGradient();
            using var encoder = Encoders.Create(parameters.Encoder, settings, device, fixedTokens: 1);
            encoder.PrepareTraining();
            using var head = new PooledHead(parameters, encoder, new SoftmaxLoss(Sequences.Labels(sequences.Length)), dropout: 0);
            var batch = new PackedBatch();
            batch.Fill(sequences, Parameter.Identity(sequences.Length), 0);
            new BatchPass(encoder, head).Train(batch, seed: 5);
            return ([.. parameters.Dense.SelectMany(parameter => parameter.Gradients.ToArray()), .. parameters.Encoder.Embedding.Gradients], encoder.Account, device.Memory.PeakBytes);
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible, false)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Hybrid, true)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Checkpointed, true)]
    public void SoAreThoseOfATranslation(CellKind cell, ActivationStrategy strategy, bool isBidirectional)
    {
        var setup = new TranslationSetup
        {
            Network = new NetworkOptions { Cell = cell, EmbeddingSize = 10, HiddenSize = 12, LayerCount = 3, Bidirectional = isBidirectional },
            Strategy = strategy,
            Dropout = 0.2f,
            Threads = 2,
            Wave = WaveShape.Sequence,
        };
        using var expected = new TranslationRun(setup);
        using var run = new TranslationRun(setup with { Wave = new WaveShape(2, 3) });
        for (var batch = 0; batch < 2; batch++)
        {
            var (sources, targets) = (Sequences.Random(4, 3, 17, seed: batch), Sequences.Random(4, 5, 21, seed: batch + 9));
            Assert.AreEqual(expected.Train(sources, targets), run.Train(sources, targets));
            Near.AreSame(expected.Gradients(), run.Gradients(), "gradient");
        }
    }

    [TestMethod]
    public void ABatchAfterOneThatWasGivenUpIsTheSame()
    {
        var setup = _setup with { Threads = 2 };
        using var expected = new StackRun(setup);
        using var run = new StackRun(setup with { Wave = _waves[0] });
        var sequences = Sequences.Random(6, 1, 45);
        run.Head.ChunkForwarded += GiveUp;
        CheckNext();
        run.Head.ChunkForwarded -= GiveUp;
        run.Head.ChunkRecovered += GiveUp;
        CheckNext();

        void CheckNext()
        {
            Assert.ThrowsExactly<OperationCanceledException>(() => run.Train(Sequences.Random(5, 60, 60)));
            expected.Train(sequences);
            run.Train(sequences);
            Near.AreSame(expected.Outputs, run.Outputs, "output");
            Near.AreSame(expected.Gradients(), run.Gradients(), "gradient");
            Assert.AreEqual(expected.Stack.Account with { StoredBytes = 0 }, run.Stack.Account with { StoredBytes = 0 });
        }

        // Chunks are of ten steps, of which the other batch has too few.
        static void GiveUp(Chunk chunk)
        {
            if (chunk.Index == 5)
                throw new OperationCanceledException();
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.Gru, ActivationStrategy.Stored)]
    public void AChunkAllocatesNothing(CellKind cell, ActivationStrategy strategy)
    {
        using var run = new StackRun(_setup with { Cell = cell, Strategy = strategy, Threads = 2, Wave = _waves[1] });
        run.Head.ComparesRecovered = false;
        int[][][] batches = [Sequences.Random(5, 300, 400), Sequences.Random(5, 8, 10)];
        foreach (var batch in (int[][][])[.. batches, .. batches])
            run.Train(batch);

        var brief = Allocations.Of(() => run.Train(batches[1]));
        var lengthy = Allocations.Of(() => run.Train(batches[0]));

        Assert.IsTrue(lengthy - brief < 1_000 + 2 * batches[0].Sum(sequence => (long)sequence.Length) * _setup.Units * sizeof(float), $"{lengthy} bytes against {brief}");
    }

    private static void Check(StackSetup setup, WaveShape wave, params int[][][] batches)
    {
        using var expected = new StackRun(setup);
        using var run = new StackRun(setup with { Wave = wave });
        foreach (var batch in batches)
        {
            expected.Train(batch);
            run.Train(batch);
            AreSame(expected, run);
            expected.Predict(batch);
            run.Predict(batch);
            Near.AreSame(expected.Outputs, run.Outputs, "output of prediction");
        }
    }

    private static void AreSame(StackRun expected, StackRun run)
    {
        Near.AreSame(expected.Outputs, run.Outputs, "output");
        Near.AreSame(expected.Gradients(), run.Gradients(), "gradient");
        Assert.AreEqual(expected.Result, run.Result);
        Assert.AreEqual(expected.LostBits, run.LostBits);
        Assert.AreEqual(expected.Stack.Account, run.Stack.Account);
        Assert.AreEqual(expected.Memory.PeakBytes, run.Memory.PeakBytes);
    }

    private static IEnumerable<ActivationStrategy> Strategies(CellKind cell) => Enum.GetValues<ActivationStrategy>().Where(strategy =>
        strategy != ActivationStrategy.Auto && (CellSpec.Of(cell).IsReversible || strategy is ActivationStrategy.Stored or ActivationStrategy.Checkpointed));
}
