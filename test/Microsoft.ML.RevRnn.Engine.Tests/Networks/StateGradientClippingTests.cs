using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The bound on a row's gradient by the state, which keeps it finite over very many steps.</summary>
[TestClass]
internal sealed unsafe class StateGradientClippingTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Gru)]
    [DataRow(CellKind.Elman)]
    [DataRow(CellKind.GruResetAfter)]
    [DataRow(CellKind.RevLeaky)]
    public void LongerGradientsAreScaledDownAndShorterOnesLeft(CellKind cell)
    {
        var sequences = Sequences.Random(5, 20, 20);
        var norms = Norms(cell, sequences, float.PositiveInfinity);
        var bound = (float)norms.Order().ElementAt(2);

        var clipped = Norms(cell, sequences, bound);

        for (var row = 0; row < norms.Length; row++)
            Assert.AreEqual(Math.Min(norms[row], bound), clipped[row], 1e-5 * norms[row], $"row {row}");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void WeightsThatMakeGradientsExplodeGiveFiniteOnes(CellKind cell)
    {
        var setup = new StackSetup { Cell = cell, Units = 34, WeightScale = 12, Limit = ForgettingLimit.None };
        var sequences = Sequences.Random(3, 3_000, 3_000);
        using var free = new StackRun(setup);
        using var bounded = new StackRun(setup with { MaximumStateGradientNorm = 10 });

        free.Train(sequences);
        bounded.Train(sequences);

        Assert.IsTrue(free.Gradients().Max(Math.Abs) > 1e9 || !free.Gradients().All(float.IsFinite), "The gradient does not explode.");
        Assert.IsTrue(bounded.Gradients().All(float.IsFinite));
    }

    /// <summary>A batch's loss is the mean over its rows or tokens. The bound is in units of one's own loss, so a text many times over has the gradient of one.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void TheBoundDoesNotDependOnTheBatch(CellKind cell)
    {
        var setup = new StackSetup
        {
            Cell = cell,
            // Lost bits would give the rows of a batch other digits.
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = ActivationStrategy.Stored,
            MinimumChunkSteps = 4,
            MaximumChunkSteps = 4,
            MaximumStateGradientNorm = 0.02f,
        };
        var text = Sequences.Random(1, 20, 20)[0];
        CheckGradients(setup, (setup, count) =>
        {
            using var run = new StackRun(setup);
            run.Train([.. Enumerable.Repeat(text, count)], new int[count]);
            return run.Gradients();
        });
        CheckGradients(setup, (setup, count) =>
        {
            using var run = new NextTokenRun(setup);
            run.Train([.. Enumerable.Repeat(text, count)]);
            return run.Gradients();
        });
    }

    private static void CheckGradients(StackSetup setup, Func<StackSetup, int, float[]> train)
    {
        var (one, many, free) = (train(setup, 1), train(setup, 6), train(setup with { MaximumStateGradientNorm = float.PositiveInfinity }, 1));
        var largest = free.Max(Math.Abs);
        Assert.IsTrue(one.Zip(free).Max(pair => Math.Abs(pair.First - pair.Second)) > 0.01 * largest, "The bound does not bind.");
        Assert.IsTrue(one.Zip(many).Max(pair => Math.Abs(pair.First - pair.Second)) < 1e-5 * largest, "The gradient is another.");
    }

    private static double[] Norms(CellKind cell, int[][] sequences, float bound)
    {
        using var run = new StackRun(new StackSetup
        {
            Cell = cell,
            Units = 6,
            Strategy = ActivationStrategy.Stored,
            MinimumChunkSteps = 20,
            MaximumStateGradientNorm = bound,
        });
        run.Train(sequences);
        var layer = run.Stack.Layers[0].Layer;
        var norms = new double[sequences.Length];
        for (var row = 0; row < norms.Length; row++)
        {
            var sum = 0.0;
            for (var state = 0; state < layer.Shape.StateCount; state++)
            {
                for (var unit = 0; unit < 6; unit++)
                    sum += Square(layer.StateGradient(state)[row * layer.Shape.StateStride + layer.Shape.StateIndex(unit)]);
            }
            norms[row] = Math.Sqrt(sum);
        }
        return norms;
    }

    private static double Square(double value) => value * value;
}
