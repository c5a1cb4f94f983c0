using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Gradients of next-token models with tied embeddings, skips and all kinds of dropout: right, and the same bits however they are computed.</summary>
[TestClass]
internal sealed class LanguageModelGradientTests
{
    private static readonly int[][] _sequences = Sequences.Random(5, 1, 9, seed: 3);

    private static readonly StackSetup _unquantized = new()
    {
        Arithmetic = CellArithmetic.Unquantized,
        Strategy = ActivationStrategy.Stored,
        WeightScale = 1.5f,
    };

    private static readonly StackSetup _everything = new()
    {
        Layers = 3,
        TiesEmbedding = true,
        HasSkips = true,
        Dropout = 0.2f,
        OutputDropout = 0.3f,
        EmbeddingDropout = 0.25f,
        WeightDropout = 0.4f,
        WeightScale = 1.5f,
    };

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1, 4, 6, true, false)]
    [DataRow(CellKind.RevLstm, 2, 4, 6, true, false)]
    [DataRow(CellKind.RevGru, 1, 8, 6, true, false)]
    [DataRow(CellKind.RevGru, 2, 8, 6, true, false)]
    [DataRow(CellKind.RevLstm, 2, 6, 6, false, true)]
    [DataRow(CellKind.RevLstm, 3, 6, 6, false, true)]
    [DataRow(CellKind.RevGru, 3, 6, 6, false, true)]
    // The second layer's inputs are of another length than the first's, the third's are not.
    [DataRow(CellKind.RevLstm, 3, 5, 6, false, true)]
    [DataRow(CellKind.RevLstm, 3, 4, 6, true, true)]
    [DataRow(CellKind.RevGru, 3, 6, 6, true, true)]
    public void TiedEmbeddingsAndSkipsHaveThoseOfTheReference(CellKind cell, int layers, int embedding, int units, bool tied, bool skips)
    {
        const double Step = 1e-5;
        using var run = new NextTokenRun(_unquantized with
        {
            Cell = cell,
            Layers = layers,
            EmbeddingWidth = embedding,
            Units = units,
            TiesEmbedding = tied,
            HasSkips = skips,
        });
        var reference = new ReferenceLanguageModel(run.Parameters);

        var result = run.Train(_sequences);

        Assert.AreEqual(reference.Loss(_sequences), result.LossSum / result.Predictions, 2e-6);
        foreach (var parameter in run.All)
        {
            var values = reference.Values(parameter);
            // Every value of the small ones; of the others enough to hit all rows and columns.
            for (var i = 0; i < values.Length; i += values.Length > 100 ? 3 : 1)
            {
                var value = values[i];
                values[i] = value + Step;
                var above = reference.Loss(_sequences);
                values[i] = value - Step;
                var below = reference.Loss(_sequences);
                values[i] = value;
                var (row, column) = (i / parameter.Columns, i % parameter.Columns);
                Assert.AreEqual((above - below) / (2 * Step), run.GradientAt(parameter, row, column), 2e-6, $"{parameter.Name} [{row}, {column}]");
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    public void EachKindOfDropoutHasThoseOfFiniteDifferencesUnderTheSameMasks(CellKind cell)
    {
        var setup = _unquantized with { Cell = cell, Layers = 2, EmbeddingWidth = 6 };
        CheckFiniteDifferences(setup with { OutputDropout = 0.4f });
        CheckFiniteDifferences(setup with { EmbeddingDropout = 0.4f });
        CheckFiniteDifferences(setup with { WeightDropout = 0.4f });
        CheckFiniteDifferences(setup with { Dropout = 0.4f, HasSkips = true });
        CheckFiniteDifferences(setup with { EmbeddingDropout = 0.4f, EmbeddingWidth = 4, TiesEmbedding = true });
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 4)]
    [DataRow(CellKind.RevLstm, 6)]
    [DataRow(CellKind.RevGru, 6)]
    [DataRow(CellKind.Lstm, 6)]
    public void AllTogetherHasThoseOfFiniteDifferencesUnderTheSameMasks(CellKind cell, int embedding) =>
        CheckFiniteDifferences(_everything with
        {
            Cell = cell,
            EmbeddingWidth = embedding,
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = ActivationStrategy.Stored,
        });

    [TestMethod]
    [DataRow(CellKind.RevLstm, 34, 34)]
    [DataRow(CellKind.RevLstm, 20, 34)]
    [DataRow(CellKind.RevGru, 34, 34)]
    [DataRow(CellKind.Lstm, 34, 34)]
    public void ActivationsThreadsAndRegisterWidthsGiveTheSameBits(CellKind cell, int embedding, int units)
    {
        var sequences = Sequences.Random(21, 1, 75, vocabulary: 40);
        var setup = _everything with { Cell = cell, EmbeddingWidth = embedding, Units = units, Vocabulary = 40, Strategy = ActivationStrategy.Stored };
        using var expected = new NextTokenRun(setup);
        var result = expected.Train(sequences);
        StackSetup[] others =
        [
            setup with { Strategy = ActivationStrategy.Checkpointed },
            setup with { Threads = 2 },
            setup with { Threads = 3, Strategy = ActivationStrategy.Checkpointed },
            .. Enum.GetValues<SimdWidth>().Select(width => setup with { Width = width }),
            .. cell == CellKind.Lstm ? Array.Empty<StackSetup>() :
            [
                setup with { Strategy = ActivationStrategy.Reversible },
                setup with { Strategy = ActivationStrategy.Hybrid },
                setup with { Threads = 3, Strategy = ActivationStrategy.Hybrid, Width = SimdWidth.Bits128 },
            ],
        ];
        foreach (var other in others)
        {
            using var run = new NextTokenRun(other);
            Assert.AreEqual(result, run.Train(sequences), $"{other}");
            Near.AreSame(expected.Gradients(), run.Gradients(), $"gradient of {other}");
        }
        Assert.IsTrue(expected.Gradients().Max(Math.Abs) > 1e-3f);
    }

    [TestMethod]
    public void PaddingHasNoGradient()
    {
        using var run = new NextTokenRun(_everything with { EmbeddingWidth = 20, Units = 34 });
        run.Train(Sequences.Random(21, 1, 75));

        foreach (var parameter in run.Parameters.Dense)
        {
            var nonzero = parameter.Gradients.Length - parameter.Gradients.Count(0f);
            Assert.IsTrue(nonzero > 0 && nonzero <= parameter.Rows * parameter.Columns, $"{parameter.Name}: {nonzero}");
            for (var i = 0; i < parameter.Rows * parameter.Columns; i++)
                nonzero -= parameter.GradientAt(i / parameter.Columns, i % parameter.Columns) != 0 ? 1 : 0;
            Assert.AreEqual(0, nonzero, parameter.Name);
        }
    }

    /// <summary>By losses of the engine itself, under the masks of the same seed.</summary>
    private static void CheckFiniteDifferences(StackSetup setup)
    {
        const float Step = 0.004f;
        const float Tolerance = 2e-4f;
        using var run = new NextTokenRun(setup with { WeightScale = 3 });
        run.Train(_sequences);
        var gradients = run.All.ToDictionary(
            parameter => parameter,
            parameter => Enumerable.Range(0, parameter.Rows * parameter.Columns)
                .Select(i => run.GradientAt(parameter, i / parameter.Columns, i % parameter.Columns)).ToArray());
        foreach (var (parameter, expected) in gradients)
        {
            for (var i = 0; i < expected.Length; i += expected.Length > 100 ? 5 : 1)
            {
                ref var value = ref parameter.At(i / parameter.Columns, i % parameter.Columns);
                var before = value;
                value = before + Step;
                var above = Loss(run.Train(_sequences));
                value = before - Step;
                var below = Loss(run.Train(_sequences));
                value = before;
                Assert.AreEqual((above - below) / (2 * Step), expected[i], Tolerance, $"{parameter.Name} [{i}] of {setup}");
            }
            Assert.IsTrue(expected.Max(Math.Abs) > 10 * Tolerance, $"{parameter.Name} of {setup}: {expected.Max(Math.Abs)}");
        }
    }

    private static double Loss(BatchResult result) => result.LossSum / result.Predictions;
}
