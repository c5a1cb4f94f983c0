using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Gradients of stack and classifier: right, and the same bits however they are computed.</summary>
[TestClass]
internal sealed class GradientTests
{
    private static readonly int[][] _variedSequences = Sequences.Random(21, 1, 75);
    private static readonly int[] _labels = Sequences.Labels(21);

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1, ForgettingLimit.ThreeBits)]
    [DataRow(CellKind.RevLstm, 2, ForgettingLimit.None)]
    [DataRow(CellKind.RevGru, 1, ForgettingLimit.ThreeBits)]
    [DataRow(CellKind.RevGru, 2, ForgettingLimit.None)]
    [DataRow(CellKind.NfRevLstm, 1, ForgettingLimit.ThreeBits)]
    [DataRow(CellKind.NfRevLstm, 2, ForgettingLimit.None)]
    [DataRow(CellKind.NfRevGru, 1, ForgettingLimit.ThreeBits)]
    [DataRow(CellKind.NfRevGru, 2, ForgettingLimit.None)]
    [DataRow(CellKind.RevLeaky, 1, ForgettingLimit.ThreeBits)]
    [DataRow(CellKind.RevLeaky, 2, ForgettingLimit.None)]
    public void UnquantizedClassifiersAreThoseOfFiniteDifferences(CellKind cell, int layers, ForgettingLimit limit)
    {
        CheckFiniteDifferences(
            new StackSetup { Cell = cell, Layers = layers, Limit = limit, Arithmetic = CellArithmetic.Unquantized, WeightScale = 1.5f }, 1.1e-6);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1, 8e-5)]
    [DataRow(CellKind.RevLstm, 2, 1.8e-4)]
    [DataRow(CellKind.RevGru, 1, 8e-5)]
    [DataRow(CellKind.RevGru, 2, 1.3e-4)]
    [DataRow(CellKind.NfRevLstm, 1, 2e-7)]
    [DataRow(CellKind.NfRevLstm, 2, 5e-7)]
    [DataRow(CellKind.NfRevGru, 1, 3e-7)]
    [DataRow(CellKind.NfRevGru, 2, 3e-7)]
    public void ReversibleClassifiersAreCloseToFiniteDifferences(CellKind cell, int layers, double tolerance)
    {
        // The straight-through gradient of states and of forget gates, if there are any, that are rounded: of gates to 2^-10. Tolerances are three times what there is;
        // GoldenFixedPointTests are sharp, along the states that the engine itself went through.
        CheckFiniteDifferences(
            new StackSetup { Cell = cell, Layers = layers, Strategy = ActivationStrategy.Reversible, WeightScale = 1.5f }, tolerance);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void WithDropoutTheyAreThoseOfFiniteDifferencesUnderTheSameMasks(CellKind cell)
    {
        const float Step = 0.002f;
        var sequences = Sequences.Random(5, 1, 9, seed: 3);
        var labels = Sequences.Labels(5);
        using var run = new StackRun(new StackSetup
        {
            Cell = cell,
            Layers = 2,
            Dropout = 0.4f,
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = ActivationStrategy.Stored,
            WeightScale = 1.5f,
        });
        run.Train(sequences, labels);
        var largest = 0f;
        var gradients = run.Parameters.All.ToDictionary(
            parameter => parameter,
            parameter => Enumerable.Range(0, parameter.Rows * parameter.Columns)
                .Select(i => GradientAt(run, parameter, i / parameter.Columns, i % parameter.Columns)).ToArray());
        foreach (var (parameter, expected) in gradients)
        {
            for (var i = 0; i < expected.Length; i++)
            {
                var (row, column) = (i / parameter.Columns, i % parameter.Columns);
                ref var value = ref parameter.At(row, column);
                var before = value;
                value = before + Step;
                run.Train(sequences, labels);
                var above = run.Result.LossSum / sequences.Length;
                value = before - Step;
                run.Train(sequences, labels);
                var below = run.Result.LossSum / sequences.Length;
                value = before;
                Assert.AreEqual((above - below) / (2 * Step), expected[i], 1e-3, $"{parameter.Name} [{row}, {column}]");
                largest = Math.Max(largest, Math.Abs(expected[i]));
            }
        }
        Assert.IsTrue(largest > 0.1f);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1, 6, 0f)]
    [DataRow(CellKind.RevLstm, 2, 34, 0.3f)]
    [DataRow(CellKind.RevLstm, 2, 70, 0f)]
    [DataRow(CellKind.RevGru, 1, 6, 0f)]
    [DataRow(CellKind.RevGru, 2, 34, 0.3f)]
    [DataRow(CellKind.RevGru, 2, 70, 0f)]
    [DataRow(CellKind.NfRevLstm, 1, 6, 0f)]
    [DataRow(CellKind.NfRevLstm, 2, 34, 0.3f)]
    [DataRow(CellKind.NfRevGru, 2, 34, 0.3f)]
    [DataRow(CellKind.NfRevGru, 2, 70, 0f)]
    [DataRow(CellKind.RevLeaky, 2, 70, 0.3f)]
    public void ReversibleAndStoredActivationsGiveTheSameBits(CellKind cell, int layers, int units, float dropout)
    {
        var setup = new StackSetup { Cell = cell, Layers = layers, Units = units, Dropout = dropout, WeightScale = 2 };
        foreach (var limit in Enum.GetValues<ForgettingLimit>())
        {
            var reversible = Train(setup with { Limit = limit });
            var stored = Train(setup with { Limit = limit, Strategy = ActivationStrategy.Stored });
            Near.AreSame(reversible.Outputs, stored.Outputs, "output");
            Near.AreSame(reversible.Gradients, stored.Gradients, "gradient");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    [DataRow(CellKind.NfRevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.NfRevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLeaky, ActivationStrategy.Reversible)]
    [DataRow(CellKind.LeakyElman, ActivationStrategy.Stored)]
    [DataRow(CellKind.NestedLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.MixedGru, ActivationStrategy.Stored)]
    [DataRow(CellKind.DeepTransitionShortcut, ActivationStrategy.Checkpointed)]
    public void OneTwoAndThreeThreadsGiveTheSameBits(CellKind cell, ActivationStrategy strategy)
    {
        var setup = new StackSetup { Cell = cell, Layers = 2, Units = 70, EmbeddingWidth = 40, Dropout = 0.2f, Strategy = strategy };
        var one = Train(setup);
        foreach (var threads in (int[])[2, 3])
        {
            var several = Train(setup with { Threads = threads });
            Near.AreSame(one.Outputs, several.Outputs, "output");
            Near.AreSame(one.Gradients, several.Gradients, $"gradient of {threads} threads");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, CellArithmetic.Reversible)]
    [DataRow(CellKind.RevGru, CellArithmetic.Reversible)]
    [DataRow(CellKind.RevLstm, CellArithmetic.Unquantized)]
    [DataRow(CellKind.RevGru, CellArithmetic.Unquantized)]
    [DataRow(CellKind.NfRevLstm, CellArithmetic.Reversible)]
    [DataRow(CellKind.NfRevLstm, CellArithmetic.Unquantized)]
    [DataRow(CellKind.NfRevGru, CellArithmetic.Reversible)]
    [DataRow(CellKind.NfRevGru, CellArithmetic.Unquantized)]
    [DataRow(CellKind.RevLeaky, CellArithmetic.Reversible)]
    [DataRow(CellKind.LeakyElman, CellArithmetic.Unquantized)]
    public void AllRegisterWidthsGiveTheSameBits(CellKind cell, CellArithmetic arithmetic)
    {
        var setup = new StackSetup
        {
            Cell = cell,
            Layers = 2,
            Units = 70,
            EmbeddingWidth = 40,
            Dropout = 0.2f,
            WeightScale = 2,
            Arithmetic = arithmetic,
            Strategy = arithmetic == CellArithmetic.Reversible ? ActivationStrategy.Reversible : ActivationStrategy.Stored,
        };
        var widest = Train(setup with { Width = SimdWidth.Bits512 });
        foreach (var width in (SimdWidth[])[SimdWidth.Bits256, SimdWidth.Bits128])
        {
            var other = Train(setup with { Width = width });
            Near.AreSame(widest.Outputs, other.Outputs, $"output of {width}");
            Near.AreSame(widest.Gradients, other.Gradients, $"gradient of {width}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void ChunkSizesDoNotChangeAnOutput(CellKind cell)
    {
        var setup = new StackSetup { Cell = cell, Layers = 2, Units = 34, Dropout = 0.2f };
        var normal = Train(setup);
        foreach (var steps in (int[])[1, 2, 7, 16, 100])
        {
            var other = Train(setup with { MinimumChunkSteps = 1, MaximumChunkSteps = steps, TargetChunkRows = 10_000 });
            Near.AreSame(normal.Outputs, other.Outputs, $"output with chunks of {steps}");
            var largest = normal.Gradients.Max(Math.Abs);
            for (var i = 0; i < normal.Gradients.Length; i++)
                Assert.AreEqual(normal.Gradients[i], other.Gradients[i], 1e-5f * largest, $"gradient {i} with chunks of {steps}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void RunningABatchTwiceGivesTheSameBits(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Layers = 2, Units = 34, Dropout = 0.5f });
        run.Train(_variedSequences, _labels);
        var (outputs, gradients) = (run.Outputs, run.Gradients());
        run.Train(Sequences.Random(40, 3, 90, seed: 4), Sequences.Labels(40));
        run.Train(_variedSequences, _labels);

        Near.AreSame(outputs, run.Outputs, "output");
        Near.AreSame(gradients, run.Gradients(), "gradient");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    [DataRow(CellKind.LeakyElman)]
    [DataRow(CellKind.RevLeaky)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.DeepTransition)]
    [DataRow(CellKind.MixedGru)]
    public void InferenceOfARowDoesNotDependOnTheRowsBesideIt(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Layers = 2, Units = 34, Arithmetic = CellArithmetic.Inference, Threads = 2 });
        run.Predict(_variedSequences, _labels);
        var together = new float[_variedSequences.Length][];
        for (var i = 0; i < together.Length; i++)
            together[i] = run.Probabilities(run.Batch.RowOfMember(i)).ToArray();

        for (var i = 0; i < together.Length; i++)
        {
            run.Predict([_variedSequences[i]], [0]);
            Near.AreSame(together[i], run.Probabilities(0), $"probabilities of text {i}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    [DataRow(CellKind.RevLeaky)]
    public void PaddingHasNoGradient(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Layers = 2, Units = 34, Dropout = 0.2f });
        run.Train(_variedSequences, _labels);

        foreach (var parameter in run.Parameters.Dense)
        {
            var padding = parameter.Gradients.ToArray();
            var zeros = padding.Count(value => value == 0);
            Assert.IsTrue(zeros >= padding.Length - parameter.Rows * parameter.Columns, $"{parameter.Name} has gradients in its padding.");
            Assert.IsTrue(zeros < padding.Length, $"{parameter.Name} has no gradient.");
        }
    }

    private static void CheckFiniteDifferences(StackSetup setup, double tolerance)
    {
        const double Step = 1e-5;
        var sequences = Sequences.Random(5, 1, 9, seed: 3);
        var labels = Sequences.Labels(5);
        if (setup.Arithmetic == CellArithmetic.Unquantized)
            setup = setup with { Strategy = ActivationStrategy.Stored };
        using var run = new StackRun(setup);
        var reference = new ReferenceNetwork(run.Parameters);

        run.Train(sequences, labels);

        Assert.AreEqual(reference.Loss(sequences, labels), run.Result.LossSum / sequences.Length, tolerance);
        foreach (var parameter in run.Parameters.All)
        {
            var values = reference.Values(parameter);
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i];
                values[i] = value + Step;
                var above = reference.Loss(sequences, labels);
                values[i] = value - Step;
                var below = reference.Loss(sequences, labels);
                values[i] = value;
                var (row, column) = (i / parameter.Columns, i % parameter.Columns);
                Assert.AreEqual((above - below) / (2 * Step), GradientAt(run, parameter, row, column), tolerance, $"{parameter.Name} [{row}, {column}]");
            }
        }
    }

    private static float GradientAt(StackRun run, Parameter parameter, int row, int column) =>
        parameter == run.Parameters.Encoder.Embedding.Value ? run.EmbeddingGradientAt(row, column) : parameter.GradientAt(row, column);

    private static (float[] Outputs, float[] Gradients) Train(StackSetup setup)
    {
        using var run = new StackRun(setup);
        run.Train(_variedSequences, _labels);
        return (run.Outputs, run.Gradients());
    }
}
