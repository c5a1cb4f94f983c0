using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Windows of streams, each from the states that the last one ended with.</summary>
[TestClass]
internal sealed class CarriedStateTests
{
    private static readonly int[][] _streams = Sequences.Random(9, 60, 60);
    private static readonly Range[] _windows = [new(0, 17), new(17, 42), new(42, 60)];

    private static readonly StackSetup _setup = new()
    {
        Layers = 2,
        Units = 34,
        EmbeddingWidth = 34,
        HasSkips = true,
        Dropout = 0.2f,
        EmbeddingDropout = 0.1f,
        WeightDropout = 0.3f,
        WeightScale = 2,
        MinimumChunkSteps = 3,
        MaximumChunkSteps = 3,
    };

    [TestMethod]
    [DataRow(CellKind.RevLstm, CellArithmetic.Inference)]
    [DataRow(CellKind.RevGru, CellArithmetic.Inference)]
    [DataRow(CellKind.RevLstm, CellArithmetic.Unquantized)]
    [DataRow(CellKind.RevGru, CellArithmetic.Unquantized)]
    [DataRow(CellKind.Lstm, CellArithmetic.Inference)]
    [DataRow(CellKind.Gru, CellArithmetic.Inference)]
    [DataRow(CellKind.Gru, CellArithmetic.Reversible)]
    public void WindowsHaveTheOutputsOfOneLongRun(CellKind cell, CellArithmetic arithmetic)
    {
        using var run = new StackRun(_setup with { Cell = cell, Arithmetic = arithmetic, Strategy = ActivationStrategy.Stored });
        Run(_streams, continues: false);
        var expected = run.Outputs;

        var actual = new List<float>();
        foreach (var window in _windows)
        {
            Run(Window(window), continues: actual.Count > 0);
            actual.AddRange(run.Outputs);
        }
        Near.AreSame(expected, [.. actual], "output");

        void Run(int[][] window, bool continues)
        {
            if (arithmetic == CellArithmetic.Inference)
                run.PredictWindow(window, continues);
            else
                run.TrainWindow(window, continues);
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void ReversibleWindowsAreNearOneLongRun(CellKind cell)
    {
        // Each window begins with lost-bit lanes of its own, so the last digits of the states differ.
        using var run = new StackRun(_setup with { Cell = cell });
        run.Train(_streams);
        var expected = Array.ConvertAll(run.Outputs, output => (double)output);
        var actual = new List<double>();
        foreach (var window in _windows)
        {
            run.TrainWindow(Window(window), continues: actual.Count > 0);
            actual.AddRange(run.Outputs.Select(output => (double)output));
        }
        Near.AreNear(expected, [.. actual], 0.01, "output");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Elman)]
    [DataRow(CellKind.GruResetAfter)]
    [DataRow(CellKind.LeakyElman)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.DeepTransitionShortcut)]
    [DataRow(CellKind.Unitary)]
    public void AllWaysToGetAtActivationsGiveTheSameBits(CellKind cell)
    {
        var setup = _setup with { Cell = cell, WeightScale = cell == CellKind.NfRevLstm ? 1 : 2, WeightDropout = cell == CellKind.Unitary ? 0 : 0.3f };
        using var stored = new StackRun(setup with { Strategy = ActivationStrategy.Stored });
        using var checkpointed = new StackRun(setup with { Strategy = ActivationStrategy.Checkpointed, Threads = 2 });
        List<StackRun> others = [checkpointed];
        if (cell.IsReversible())
        {
            others.Add(new StackRun(setup with { Strategy = ActivationStrategy.Reversible }));
            others.Add(new StackRun(setup with { Strategy = ActivationStrategy.Hybrid, Threads = 3 }));
        }
        foreach (var window in _windows)
        {
            var continues = window.Start.Value > 0;
            stored.TrainWindow(Window(window), continues);
            foreach (var other in others)
            {
                other.TrainWindow(Window(window), continues);
                Near.AreSame(stored.Outputs, other.Outputs, "output");
                Near.AreSame(stored.Gradients(), other.Gradients(), "gradient");
            }
        }
        others.ForEach(other => other.Dispose());
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Checkpointed)]
    public void AfterTrainingOnAWindowTheStateIsThatOfItsEnd(CellKind cell, ActivationStrategy strategy)
    {
        using var trained = new StackRun(_setup with { Cell = cell, Strategy = strategy });
        using var forward = new StackRun(_setup with { Cell = cell, Strategy = ActivationStrategy.Stored });
        int[][] ends = [];
        trained.Head.ForwardEnded += () => ends = HiddenStates(trained);
        foreach (var window in _windows)
        {
            var continues = window.Start.Value > 0;
            trained.TrainWindow(Window(window), continues);
            forward.TrainWindow(Window(window), continues);
            Near.AreSame(forward.Outputs, trained.Outputs, "output");
            for (var layer = 0; layer < ends.Length; layer++)
                CollectionAssert.AreEqual(ends[layer], trained.States[layer].Values[0].Span[..ends[layer].Length].ToArray(), $"layer {layer}");
        }
        var continued = trained.Outputs;
        trained.TrainWindow(Window(_windows[^1]), continues: false);
        CollectionAssert.AreNotEqual(continued, trained.Outputs);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void GradientsAreThoseOfFiniteDifferencesFromTheCarriedStates(CellKind cell)
    {
        const float Step = 0.004f;
        using var run = new NextTokenRun(new StackSetup
        {
            Cell = cell,
            Layers = 2,
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = ActivationStrategy.Stored,
        });
        var (first, second) = (Window(..17)[..4], Window(17..26)[..4]);
        run.Train(first);
        run.Train(second, continues: true);
        var differences = 0;
        foreach (var parameter in run.All)
        {
            for (var i = 0; i < parameter.Rows * parameter.Columns; i += 5)
            {
                var (row, column) = (i / parameter.Columns, i % parameter.Columns);
                var gradient = TrainBoth(parameter, row, column, 0).Gradient;
                var difference = (TrainBoth(parameter, row, column, Step).Loss - TrainBoth(parameter, row, column, -Step).Loss) / (2 * Step);
                Assert.AreEqual(difference, gradient, 2e-4, $"{parameter.Name} [{row}, {column}]");
                differences += Math.Abs(difference) > 2e-3 ? 1 : 0;
            }
        }
        Assert.IsTrue(differences > 20, $"{differences}");

        // The change is made between the windows, for the states that are carried over count as given.
        (double Loss, float Gradient) TrainBoth(Parameter parameter, int row, int column, float step)
        {
            run.Train(first);
            ref var value = ref parameter.At(row, column);
            var before = value;
            value += step;
            var result = run.Train(second, continues: true);
            value = before;
            return (result.LossSum / result.Predictions, run.GradientAt(parameter, row, column));
        }
    }

    /// <summary>[B, StateStride] of each layer.</summary>
    private static unsafe int[][] HiddenStates(StackRun run) => Array.ConvertAll(run.Stack.Layers.ToArray(), layer =>
        new ReadOnlySpan<int>(layer.Layer.State(0), _streams.Length * layer.Layer.Shape.StateStride).ToArray());

    private static int[][] Window(Range steps) => Array.ConvertAll(_streams, stream => stream[steps]);
}
