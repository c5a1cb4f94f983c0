using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The gradients of a translation: the same bits however activations come back, with any number of threads and at any width; and the slope of the loss.</summary>
[TestClass]
internal sealed class TranslationGradientTests
{
    private static readonly int[][] _sources = Sequences.Random(13, 1, 40, TranslationSetup.SourceVocabulary);
    private static readonly int[][] _targets = Sequences.Random(13, 1, 30, TranslationSetup.SourceVocabulary, seed: 7);

    public static IEnumerable<object[]> Setups =>
    [
        [CellKind.RevGru, 1, AttentionContext.Embedding, 1, false],
        [CellKind.RevGru, 2, AttentionContext.Slice, 1, false],
        [CellKind.RevGru, 3, AttentionContext.EmbeddingAndSlice, 20, true],
        [CellKind.RevLstm, 1, AttentionContext.Slice, 20, true],
        [CellKind.RevLstm, 2, AttentionContext.EmbeddingAndSlice, 1, false],
        [CellKind.RevLstm, 3, AttentionContext.EmbeddingAndSlice, 21, false],
        [CellKind.RevLstm, 1, AttentionContext.Hidden, 1, true],
    ];

    [TestMethod]
    [DynamicData(nameof(Setups))]
    public void AllStrategiesThreadsAndWidthsGiveTheSameBits(CellKind cell, int layers, AttentionContext context, int slice, bool bidirectional)
    {
        var setup = new TranslationSetup
        {
            Network = new NetworkOptions { Cell = cell, EmbeddingSize = 18, HiddenSize = 42, LayerCount = layers, Bidirectional = bidirectional },
            Context = context,
            SliceSize = slice,
            Dropout = 0.3f,
            Strategy = ActivationStrategy.Stored,
        };
        var (expected, loss) = Train(setup);
        foreach (var strategy in (ActivationStrategy[])[ActivationStrategy.Checkpointed, ActivationStrategy.Reversible, ActivationStrategy.Hybrid])
        {
            var (gradients, result) = Train(setup with { Strategy = strategy });
            Assert.AreEqual(loss, result, $"{strategy}");
            Near.AreSame(expected, gradients, $"gradient of {strategy}");
        }
        foreach (var (threads, width) in ((int, SimdWidth)[])[(3, SimdWidth.Bits256), (2, SimdWidth.Bits128)])
        {
            var (gradients, result) = Train(setup with { Threads = threads, Width = width, Strategy = ActivationStrategy.Reversible });
            Assert.AreEqual(loss, result, $"{threads} threads");
            Near.AreSame(expected, gradients, $"gradient of {threads} threads at {width}");
        }
    }

    [TestMethod]
    public void LongSourcesInGroupsOfRowsGiveTheSameBits()
    {
        // A thread has two rows at a time, three threads have three.
        var setup = new TranslationSetup { Strategy = ActivationStrategy.Stored, ChunkLength = null, Dropout = 0.3f };
        var (sources, targets) = (Sequences.Random(7, 900, 1_500), Sequences.Random(7, 1, 40, seed: 7));
        var (expected, loss) = Train(setup, sources, targets);
        var (gradients, result) = Train(setup with { Threads = 3, Strategy = ActivationStrategy.Reversible, Width = SimdWidth.Bits256 }, sources, targets);

        Assert.AreEqual(loss, result);
        Near.AreSame(expected, gradients, "gradient");
    }

    [TestMethod]
    [DataRow(CellKind.Lstm, false)]
    [DataRow(CellKind.Gru, true)]
    public void OrdinaryCellsGiveTheBitsOfStoredActivationsWhenCheckpointed(CellKind cell, bool bidirectional)
    {
        var setup = new TranslationSetup
        {
            Network = new NetworkOptions { Cell = cell, EmbeddingSize = 18, HiddenSize = 42, LayerCount = 2, Bidirectional = bidirectional, SkipConnections = true },
            Context = AttentionContext.Hidden,
            Dropout = 0.3f,
            InputByToken = true,
            Strategy = ActivationStrategy.Stored,
        };
        var (expected, loss) = Train(setup);
        var (gradients, result) = Train(setup with { Strategy = ActivationStrategy.Checkpointed });
        Assert.AreEqual(loss, result);
        Near.AreSame(expected, gradients, "gradient");
    }

    [TestMethod]
    [DataRow(AttentionContext.EmbeddingAndSlice, AttentionScore.General, false, true, false)]
    [DataRow(AttentionContext.Embedding, AttentionScore.General, false, true, true)]
    [DataRow(AttentionContext.Slice, AttentionScore.General, true, false, false)]
    [DataRow(AttentionContext.Hidden, AttentionScore.General, true, false, true)]
    [DataRow(AttentionContext.Hidden, AttentionScore.Dot, false, false, false)]
    [DataRow(AttentionContext.Embedding, AttentionScore.Dot, false, true, true)]
    public void TheGradientIsTheSlopeOfTheLoss(AttentionContext context, AttentionScore score, bool bidirectional, bool shares, bool byToken)
    {
        // In floats, and with the masks of one seed, the loss is a smooth function of the weights.
        using var run = new TranslationRun(new TranslationSetup
        {
            Network = new NetworkOptions { Cell = CellKind.RevLstm, EmbeddingSize = 12, HiddenSize = 12, LayerCount = 2, Bidirectional = bidirectional },
            Context = context,
            Score = score,
            SharesVectors = shares,
            InputByToken = byToken,
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = ActivationStrategy.Stored,
            Dropout = 0.2f,
        });
        var (sources, targets) = (_sources[..5], _targets[..5]);
        var tokens = run.Train(sources, targets).Predictions;
        foreach (var parameter in run.Parameters.All)
        {
            var gradients = parameter.Gradients.ToArray();
            if (run.Parameters.Embeddings.FirstOrDefault(table => table.Value == parameter) is { } table)
                gradients = Dense(table);
            // Along the gradient: its norm is the slope.
            var norm = Math.Sqrt(gradients.Sum(value => (double)value * value));
            Assert.IsTrue(norm > 1e-4, $"{parameter.Name}: {norm}");
            var step = Math.Min(2e-2, 2e-3 / norm);
            var above = Loss(parameter, gradients, step / norm);
            var below = Loss(parameter, gradients, -step / norm);
            Assert.AreEqual(norm, (above - below) / (2 * step), 0.02 * norm + 2e-4, $"{parameter.Name}, {context}");
            run.Train(sources, targets);
        }

        double Loss(Parameter parameter, float[] direction, double factor)
        {
            var values = parameter.Values.ToArray();
            for (var i = 0; i < values.Length; i++)
                parameter.Values[i] += (float)(factor * direction[i]);
            var loss = run.Train(sources, targets).LossSum / tokens;
            values.CopyTo(parameter.Values);
            return loss;
        }
    }

    [TestMethod]
    public void APairAloneHasItsShareOfABatch()
    {
        var setup = new TranslationSetup { Arithmetic = CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored };
        using var run = new TranslationRun(setup);
        var whole = run.Train(_sources, _targets);
        var expected = run.Gradients();
        var (loss, sum) = (0.0, new double[expected.Length]);
        for (var i = 0; i < _sources.Length; i++)
        {
            var alone = run.Train([_sources[i]], [_targets[i]]);
            loss += alone.LossSum;
            var gradients = run.Gradients();
            for (var j = 0; j < sum.Length; j++)
                sum[j] += gradients[j] * alone.Predictions / whole.Predictions;
        }

        Assert.AreEqual(whole.LossSum, loss, 1e-6 * whole.LossSum);
        Near.AreNearToLargest(Array.ConvertAll(expected, value => (double)value), sum, 1e-6, "gradient");
    }

    [TestMethod]
    public void ASampledSoftmaxOverAllTokensHasAboutTheGradientOfTheWhole()
    {
        var setup = new TranslationSetup();
        var (whole, _) = Train(setup);
        // So many draws have every token among them.
        var (sampled, _) = Train(setup with { SoftmaxSamples = 2_000 });

        Near.AreNearToLargest(Array.ConvertAll(whole, value => (double)value), Array.ConvertAll(sampled, value => (double)value), 1e-4, "gradient");
    }

    [TestMethod]
    public void ADecoderStartsFromHalvesOfBothDirections()
    {
        var network = new NetworkOptions { Cell = CellKind.Lstm, EmbeddingSize = 4, HiddenSize = 6, LayerCount = 2, Bidirectional = true };
        var shape = new AttentionShape(new NetworkShape(network, 11), 13, AttentionContext.Embedding, 1, AttentionScore.General);
        using var device = new Device(threads: 1);
        using var encoder = new EncoderParameters(shape.Encoder);
        using var decoder = new EncoderParameters(shape.Decoder);
        using var both = Encoders.Create(encoder, StackSettings.Prediction, device);
        using var one = Encoders.Create(decoder, StackSettings.Prediction, device.WithOwnAccount());
        using var ends = both.CreateStates(hasGradients: true);
        using var starts = one.CreateStates(hasGradients: true);
        var stride = shape.Decoder.Top.StateStride;
        for (var layer = 0; layer < 4; layer++)
        {
            ends[layer].Rows = 2;
            foreach (var values in ends[layer].Values)
            {
                values.EnsureLength(2 * stride);
                for (var i = 0; i < 2 * stride; i++)
                    values.Span[i] = 1000 * layer + i;
            }
        }
        var handover = new StateHandover(shape);

        handover.Hand(ends, starts, [1, 0]);

        for (var layer = 0; layer < 2; layer++)
        {
            // The first direction's layers come first.
            int[] expected = [.. Enumerable.Range(0, 6).Select(unit => 1000 * (unit < 3 ? layer : 2 + layer) + stride + unit)];
            CollectionAssert.AreEqual(expected, starts[layer].Values[1].Span[..6].ToArray());
            starts[layer].Gradients[1].EnsureLength(2 * stride);
            starts[layer].Gradients[0].EnsureLength(2 * stride);
            for (var i = 0; i < 2 * stride; i++)
                starts[layer].Gradients[1].Span[i] = i + 1;
        }
        handover.HandBack(ends, starts, [1, 0]);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 0, 0, 0 }, ends[1].Gradients[1].Span.Slice(stride, 6).ToArray());
        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 4, 5, 6 }, ends[3].Gradients[1].Span.Slice(stride, 6).ToArray());
    }

    private static (float[] Gradients, double Loss) Train(TranslationSetup setup) => Train(setup, _sources, _targets);

    private static (float[] Gradients, double Loss) Train(TranslationSetup setup, int[][] sources, int[][] targets)
    {
        using var run = new TranslationRun(setup);
        run.Train(sources[..4], targets[..4]);
        var result = run.Train(sources, targets);
        return (run.Gradients(), result.LossSum);
    }

    private static float[] Dense(EmbeddingTable table)
    {
        var all = new float[table.Value.Rows * table.Stride];
        for (var i = 0; i < table.TouchedCount; i++)
            table.Gradients.Slice(i * table.Stride, table.Stride).CopyTo(all.AsSpan(table.Touched[i] * table.Stride));
        return all;
    }
}
