using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Loss and gradients of next-token prediction: right, and the same bits however they are computed.</summary>
[TestClass]
internal sealed class SoftmaxTokenHeadTests
{
    private static readonly StackSetup _unquantized = new()
    {
        Arithmetic = CellArithmetic.Unquantized,
        Strategy = ActivationStrategy.Stored,
        WeightScale = 1.5f,
    };

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void LossAndAllGradientsAreThoseOfFiniteDifferences(CellKind cell, int layers) =>
        CheckFiniteDifferences(_unquantized with { Cell = cell, Layers = layers }, Sequences.Random(5, 1, 9, seed: 3), 1e-7);

    [TestMethod]
    [DataRow(CellKind.RevLstm, 5e-5)]
    [DataRow(CellKind.RevGru, 1.2e-4)]
    public void ReversibleGradientsAreCloseToFiniteDifferences(CellKind cell, double tolerance) =>
        CheckFiniteDifferences(new StackSetup { Cell = cell, WeightScale = 1.5f }, Sequences.Random(5, 1, 9, seed: 3), tolerance);

    [TestMethod]
    public void AChunkOfSeveralPiecesHasTheGradientsOfFiniteDifferences()
    {
        var sequences = Sequences.Random(45, 1, 10, seed: 4);
        var rows = CheckFiniteDifferences(_unquantized, sequences, 1e-7, parameter => parameter.Name is "tokens.weight" or "tokens.bias" or "layer0.bias");
        // Pieces have 128 rows; the last one is to be a part of one.
        Assert.IsTrue(rows > 128 && rows % 128 != 0, $"{rows}");
    }

    [TestMethod]
    public void ATargetIsTheNextTokenOfTheSameTextAndTheEmptyTokenAtItsEnd()
    {
        int[][] sequences = [[3, 4, 5, 5], [6], [7, 8], [9, 4, 2, 2, 2, 10, 1]];
        using var run = new NextTokenRun(_unquantized);
        // No token can be told from another, so the gradient by a score's bias is (N / V - occurrences as a target) / N.
        run.Parameters.Output.Weight.Values.Clear();
        run.Parameters.Output.Bias.Values.Clear();

        var result = run.Train(sequences);

        const int N = 14, V = 11;
        Assert.AreEqual(N, result.Predictions);
        Assert.AreEqual(N * Math.Log(V), result.LossSum, 1e-5);
        var expected = new int[V];
        foreach (var target in (int[])[4, 5, 5, 0, 0, 8, 0, 4, 2, 2, 2, 10, 1, 0])
            expected[target]++;
        var actual = Enumerable.Range(0, V).Select(v => (int)Math.Round((1.0 / V - run.Parameters.Output.Bias.GradientAt(0, v)) * N)).ToArray();
        CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    public void ATargetIsCorrectWhereItHasTheHighestScore()
    {
        using var run = new NextTokenRun(_unquantized);
        run.Parameters.Output.Weight.Values.Clear();
        run.Parameters.Output.Bias.Values.Clear();
        run.Parameters.Output.Bias.At(0, 2) = 1;

        Assert.AreEqual(3, run.Score([[3, 2, 2, 5], [2], [4, 2, 4]]).Correct);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void ScoringGivesTheLossOfTraining(CellKind cell)
    {
        var sequences = Sequences.Random(21, 1, 75);
        using var run = new NextTokenRun(_unquantized with { Cell = cell });

        var scored = run.Score(sequences);
        var trained = run.Train(sequences);

        // The same terms, chunks in the opposite order.
        Assert.AreEqual(trained.LossSum, scored.LossSum, 1e-9);
        Assert.AreEqual(trained.Correct, scored.Correct);
        Assert.AreEqual(trained.Predictions, scored.Predictions);
        Assert.AreEqual(sequences.Sum(tokens => tokens.Length), (int)scored.Predictions);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Reversible)]
    public void OneTwoAndThreeThreadsGiveTheSameBits(CellKind cell, ActivationStrategy strategy)
    {
        var sequences = Sequences.Random(37, 1, 60, vocabulary: 150);
        var setup = new StackSetup { Cell = cell, Strategy = strategy, Vocabulary = 150, Units = 70, EmbeddingWidth = 40, Dropout = 0.2f };
        using var one = new NextTokenRun(setup);
        var result = one.Train(sequences);
        var score = one.Score(sequences);
        Assert.IsTrue(one.LargestChunkRows > 2 * 128);
        foreach (var threads in (int[])[2, 3])
        {
            using var several = new NextTokenRun(setup with { Threads = threads });
            Assert.AreEqual(result, several.Train(sequences), $"{threads} threads");
            Near.AreSame(one.Gradients(), several.Gradients(), $"gradient of {threads} threads");
            Assert.AreEqual(score, several.Score(sequences), $"{threads} threads");
        }
    }

    [TestMethod]
    public void ReversibleAndStoredActivationsGiveTheSameBits()
    {
        var sequences = Sequences.Random(21, 1, 75);
        using var reversible = new NextTokenRun(new StackSetup { Layers = 2, Dropout = 0.3f });
        using var stored = new NextTokenRun(new StackSetup { Layers = 2, Dropout = 0.3f, Strategy = ActivationStrategy.Stored });

        Assert.AreEqual(stored.Train(sequences), reversible.Train(sequences));
        Near.AreSame(stored.Gradients(), reversible.Gradients(), "gradient");
    }

    [TestMethod]
    public void AllRegisterWidthsGiveTheSameBits()
    {
        var sequences = Sequences.Random(21, 1, 75);
        using var widest = new NextTokenRun(new StackSetup { Width = SimdWidth.Bits512 });
        var result = widest.Train(sequences);
        foreach (var width in (SimdWidth[])[SimdWidth.Bits256, SimdWidth.Bits128])
        {
            using var other = new NextTokenRun(new StackSetup { Width = width });
            Assert.AreEqual(result, other.Train(sequences));
            Near.AreSame(widest.Gradients(), other.Gradients(), $"gradient of {width}");
        }
    }

    [TestMethod]
    public void ABatchDoesNotDependOnTheOnesBefore()
    {
        var sequences = Sequences.Random(9, 1, 30);
        using var run = new NextTokenRun(new StackSetup { Layers = 2 });
        var result = run.Train(sequences);
        var gradients = run.Gradients();
        run.Train(Sequences.Random(40, 3, 90, seed: 4));
        run.Score(Sequences.Random(50, 3, 40, seed: 5));

        Assert.AreEqual(result, run.Train(sequences));
        Near.AreSame(gradients, run.Gradients(), "gradient");
    }

    [TestMethod]
    public void PaddingHasNoGradient()
    {
        using var run = new NextTokenRun(new StackSetup { Units = 34 });
        run.Train(Sequences.Random(21, 1, 75));

        foreach (var parameter in run.Parameters.Dense)
        {
            var zeros = parameter.Gradients.ToArray().Count(value => value == 0);
            Assert.AreEqual(parameter.Gradients.Length - parameter.Rows * parameter.Columns, zeros, parameter.Name);
        }
    }

    /// <returns>Flat rows of the largest chunk.</returns>
    private static int CheckFiniteDifferences(StackSetup setup, int[][] sequences, double tolerance, Predicate<Parameter>? which = null)
    {
        const double Step = 1e-5;
        using var run = new NextTokenRun(setup);
        var reference = new ReferenceLanguageModel(run.Parameters);

        var result = run.Train(sequences);

        Assert.AreEqual(reference.Loss(sequences), result.LossSum / result.Predictions, tolerance);
        var largest = 0f;
        foreach (var parameter in run.All.Where(parameter => which?.Invoke(parameter) != false))
        {
            var values = reference.Values(parameter);
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i];
                values[i] = value + Step;
                var above = reference.Loss(sequences);
                values[i] = value - Step;
                var below = reference.Loss(sequences);
                values[i] = value;
                var (row, column) = (i / parameter.Columns, i % parameter.Columns);
                var actual = run.GradientAt(parameter, row, column);
                Assert.AreEqual((above - below) / (2 * Step), actual, tolerance, $"{parameter.Name} [{row}, {column}]");
                largest = Math.Max(largest, Math.Abs(actual));
            }
        }
        Assert.IsTrue(largest > 0.02f, $"{largest}");
        return run.LargestChunkRows;
    }
}
