using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Products with the inputs made once for a repeated token, against those made row by row: the same outputs to the bit, and the same gradients but for rounding.</summary>
[TestClass]
internal sealed class SharedInputsTests
{
    private const int V = 120;

    /// <summary>Of sums of some hundreds of floats that cancel each other in part.</summary>
    private const double Tolerance = 2e-6;

    private static readonly int[][] _sequences = Text(13, 1, 60);

    /// <summary>Some tokens are frequent, many are there once, and more are repeated than a chunk keeps products for.</summary>
    private static readonly StackSetup _setup = new()
    {
        Vocabulary = V,
        EmbeddingWidth = 10,
        Units = 34,
        WeightScale = 1,
        TargetChunkRows = 64,
        MinimumChunkSteps = 3,
        MaximumChunkSteps = 6,
    };

    public static IEnumerable<CellKind> Cells => Enum.GetValues<CellKind>();

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void OutputsAreTheSameBitsAndGradientsAsNearAsTheirSumsGo(CellKind cell)
    {
        var setup = _setup with { Cell = cell, Strategy = ActivationStrategy.Checkpointed };
        foreach (var variant in (StackSetup[])
        [
            setup,
            setup with { Layers = 2, WeightDropout = cell == CellKind.Unitary ? 0 : 0.2f, OutputDropout = 0.3f },
            setup with { EmbeddingDropout = 0.4f, MaximumStateGradientNorm = 0.5f },
            setup with { Layers = 2, EmbeddingWidth = 34, HasSkips = true, InputByToken = true, Dropout = 0.3f },
            // The second layer reads the first one's inputs too, and so does the third the second one's.
            setup with { Layers = 3, EmbeddingWidth = 34, HasSkips = true },
        ])
        {
            using var shared = new StackRun(variant);
            using var single = new StackRun(variant with { SharesInputs = false });
            foreach (var sequences in (int[][][])[_sequences, Text(5, 2, 20), _sequences])
            {
                shared.Train(sequences);
                single.Train(sequences);

                Assert.IsTrue(shared.Stack.SharesInputs);
                Assert.IsFalse(single.Stack.SharesInputs);
                Near.AreSame(single.Outputs, shared.Outputs, "output");
                CheckNear(single.Parameters, shared.Parameters);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AllGiveTheSameBits(CellKind cell)
    {
        foreach (var (layers, width) in ((int, int)[])[(1, 10), (2, 34)])
        {
            var setup = _setup with { Cell = cell, Layers = layers, EmbeddingWidth = width, HasSkips = true, EmbeddingDropout = 0.2f, InputByToken = layers == 2, Dropout = layers == 2 ? 0.3f : 0 };
            using var expected = new StackRun(setup with { Strategy = ActivationStrategy.Stored });
            expected.Train(_sequences);
            Assert.IsTrue(expected.Stack.SharesInputs);
            foreach (var strategy in Strategies(cell))
            {
                foreach (var (threads, register) in ((int, SimdWidth)[])[(1, SimdWidths.Best), (3, SimdWidths.Best), (2, SimdWidth.Bits128), (1, SimdWidth.Bits256)])
                {
                    using var run = new StackRun(setup with { Strategy = strategy, Threads = threads, Width = register });
                    run.Train(_sequences);
                    Near.AreSame(expected.Outputs, run.Outputs, "output");
                    Near.AreSame(expected.Gradients(), run.Gradients(), $"gradient, {strategy}, {threads} threads, {register}");
                }
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, true, 0)]
    [DataRow(CellKind.RevGru, true, 40)]
    [DataRow(CellKind.Lstm, false, 30)]
    [DataRow(CellKind.GruResetAfter, true, 30)]
    public void ALanguageModelsGradientsAreThoseOfSingleRows(CellKind cell, bool tied, int samples)
    {
        var setup = _setup with
        {
            Cell = cell,
            Layers = 2,
            EmbeddingWidth = 34,
            TiesEmbedding = tied,
            HasSkips = true,
            SoftmaxSamples = samples,
            WeightScale = 1,
            Strategy = ActivationStrategy.Checkpointed,
        };
        using var shared = new NextTokenRun(setup);
        using var single = new NextTokenRun(setup with { SharesInputs = false });
        for (var window = 0; window < 3; window++)
        {
            var sequences = Text(9, 20, 20, window);
            Assert.AreEqual(single.Train(sequences, continues: window > 0), shared.Train(sequences, continues: window > 0));
            CheckNear(single.Parameters, shared.Parameters);
        }
        if (samples == 0)
            Assert.AreEqual(single.Score(_sequences), shared.Score(_sequences));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.Gru)]
    public void EachDirectionHasProductsOfItsOwn(CellKind cell)
    {
        using var shared = Bidirectional(cell, sharesInputs: true, threads: 1);
        using var threads = Bidirectional(cell, sharesInputs: true, threads: 3);
        using var single = Bidirectional(cell, sharesInputs: false, threads: 1);

        CheckNear(single, shared);
        Near.AreSame(Gradients(shared), Gradients(threads), "gradient");
    }

    [TestMethod]
    public void AMaskThatDependsOnTheRowForbidsItInTrainingAlone()
    {
        using var shared = new StackRun(_setup with { Dropout = 0.2f });
        using var single = new StackRun(_setup with { Dropout = 0.2f, SharesInputs = false });

        shared.Train(_sequences);
        single.Train(_sequences);
        Assert.IsFalse(shared.Stack.SharesInputs);
        Near.AreSame(single.Gradients(), shared.Gradients(), "gradient");

        shared.Predict(_sequences);
        single.Predict(_sequences);
        Assert.IsTrue(shared.Stack.SharesInputs);
        Near.AreSame(single.Outputs, shared.Outputs, "output of prediction");
        shared.Train(_sequences);
        Near.AreSame(single.Gradients(), shared.Gradients(), "gradient afterwards");
    }

    [TestMethod]
    public void ABatchThatRepeatsFewTokensDoesNotShare()
    {
        int[][] sequences = [.. Enumerable.Range(0, 4).Select(row => Enumerable.Range(row * 29, 29).ToArray())];
        using var shared = new StackRun(_setup);
        using var single = new StackRun(_setup with { SharesInputs = false });
        foreach (var batch in (int[][][])[sequences, _sequences, sequences])
        {
            shared.Train(batch);
            single.Train(batch);
            Assert.AreEqual(batch == _sequences, shared.Stack.SharesInputs);
            Near.AreSame(single.Outputs, shared.Outputs, "output");
        }
        Near.AreSame(single.Gradients(), shared.Gradients(), "gradient");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Stored)]
    public void ATrainingBatchAllocatesNothing(CellKind cell, ActivationStrategy strategy)
    {
        using var run = new StackRun(_setup with { Cell = cell, Strategy = strategy, Layers = 2 });
        run.Head.ComparesRecovered = false;
        int[][][] batches = [Text(13, 200, 300), Text(13, 8, 10)];
        foreach (var batch in (int[][][])[.. batches, .. batches])
            run.Train(batch);

        var brief = Allocations.Of(() => run.Train(batches[1]));
        var lengthy = Allocations.Of(() => run.Train(batches[0]));

        Assert.IsTrue(lengthy - brief < 1_000 + 2 * OutputBytes(batches[0]), $"{lengthy} bytes against {brief}");

        long OutputBytes(int[][] sequences) => sequences.Sum(sequence => (long)sequence.Length) * _setup.Units * sizeof(float);
    }

    /// <summary>The buffers for repeated tokens do not grow with the batch, and are in the estimate; so are the rows that a skip needs.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.Gru, ActivationStrategy.Checkpointed)]
    public void TheEstimateCountsThem(CellKind cell, ActivationStrategy strategy)
    {
        const int Rows = 16, Steps = 400;
        var setup = new StackSetup { Cell = cell, Vocabulary = V, Layers = 2, EmbeddingWidth = 66, Units = 66, HasSkips = true, Strategy = strategy, WeightScale = 1 };
        using var run = new StackRun(setup);
        run.Train(Text(Rows, Steps, Steps), Sequences.Labels(Rows));
        Assert.IsTrue(run.Stack.SharesInputs);

        var estimate = ActivationMemory.Estimate(setup.Shape.Options, Rows, Steps)[strategy]!.Value;

        Assert.AreEqual(1, (double)run.Memory.PeakBytes / estimate, 0.05, $"{run.Memory.PeakBytes} bytes, and {estimate} were foretold");
    }

    private static int[][] Text(int count, int shortest, int longest, int seed = 1)
    {
        // Of uniform numbers, to those that are small ever more often.
        var sequences = Sequences.Random(count, shortest, longest, 1000, seed);
        return Array.ConvertAll(sequences, sequence => Array.ConvertAll(sequence, number => (int)(V * Math.Pow(number / 1000.0, 4))));
    }

    private static IEnumerable<ActivationStrategy> Strategies(CellKind cell)
    {
        var isReversible = CellSpec.Of(cell).IsReversible;
        return Enum.GetValues<ActivationStrategy>().Where(strategy =>
            strategy != ActivationStrategy.Auto && (isReversible || strategy is ActivationStrategy.Stored or ActivationStrategy.Checkpointed));
    }

    private static NetworkParameters Bidirectional(CellKind cell, bool sharesInputs, int threads)
    {
        using var device = new Device(threads);
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 10, HiddenSize = 12, LayerCount = 2, Bidirectional = true };
        var parameters = NetworkParameters.OfSequences(new NetworkShape(network, V), 3);
        parameters.Initialize(1);
        foreach (var parameter in parameters.Dense)
            parameter.EnableGradient();
        var settings = new StackSettings { Strategy = ActivationStrategy.Checkpointed, SharesInputs = sharesInputs, ChunkLength = new ChunkLength(3, 5, 40) };
        using var encoder = Encoders.Create(parameters.Encoder, settings, device, fixedTokens: 1);
        encoder.PrepareTraining();
        using var head = new PooledHead(parameters, encoder, new SoftmaxLoss(Sequences.Labels(_sequences.Length)), dropout: 0);
        var batch = new PackedBatch();
        batch.Fill(_sequences, Parameter.Identity(_sequences.Length), 0);
        new BatchPass(encoder, head).Train(batch, seed: 5);
        return parameters;
    }

    private static float[] Gradients(NetworkParameters parameters) =>
        [.. parameters.Dense.SelectMany(parameter => parameter.Gradients.ToArray()), .. parameters.Encoder.Embedding.Gradients];

    private static void CheckNear(NetworkParameters expected, NetworkParameters actual)
    {
        Assert.IsTrue(expected.Encoder.Stacks[0].Layers[0].Input.Gradients.ContainsAnyExcept(0));
        foreach (var (one, other) in expected.Dense.Zip(actual.Dense))
            CheckNear(one.Gradients, other.Gradients, one.Name);
        if (!expected.Encoder.Embedding.IsDense)
            CheckNear(expected.Encoder.Embedding.Gradients, actual.Encoder.Embedding.Gradients, "embedding");
    }

    /// <summary>Relative to the largest, of which the sums' terms have come.</summary>
    private static void CheckNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        var largest = 0f;
        foreach (var value in expected)
            largest = Math.Max(largest, Math.Abs(value));
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], Tolerance * largest, $"{what}[{i}]");
    }
}
