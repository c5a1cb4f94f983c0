using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Whatever goes wrong between the forward and the backward pass is reported, never trained on.</summary>
[TestClass]
internal sealed unsafe class FaultTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm, 0)]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevGru, 0)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.NfRevLstm, 1)]
    [DataRow(CellKind.NfRevGru, 0)]
    public void AFlippedBitOfAHiddenStateIsReported(CellKind cell, int layer)
    {
        for (var bit = 0; bit < 31; bit += 5)
            CheckReported(cell, target => target.State(CellSpec.HiddenState)[target.Shape.StateStride + 3] ^= 1 << bit, layer, $"bit {bit}");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void AFlippedBitOfACellStateIsReported(int layer)
    {
        for (var bit = 0; bit < 31; bit += 5)
            CheckReported(CellKind.RevLstm, target => target.State(RevLstmSpec.C)[target.Shape.HalfStride] ^= 1 << bit, layer, $"bit {bit}");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 0)]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevGru, 0)]
    [DataRow(CellKind.RevGru, 1)]
    public void AFlippedBitOfALostDigitIsReported(CellKind cell, int layer)
    {
        for (var lane = 0; lane < 16; lane += 3)
        {
            CheckReported(cell, target =>
            {
                var lanes = target.LostBitStore.LanesOfRow(9);
                lanes.Digits[lane] = (ulong)lanes.Digits[lane] ^ 1;
            }, layer, $"lane {lane}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AFaultIsReportedByTheChunkInWhichItHappens(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Layers = 2 });
        run.Forward(Sequences.Random(16, 100, 120));
        run.Stack.BeginBackward();
        var last = run.Stack.ChunkCount - 1;
        for (var i = last; i > 1; i--)
        {
            run.Stack.Recover(run.Stack.GetChunk(i));
            run.Stack.Backward(run.Stack.GetChunk(i));
        }
        run.Stack.Layers[0].State(CellSpec.HiddenState)[1] ^= 4;

        var failure = Assert.ThrowsExactly<ReversalException>(() => run.Stack.Recover(run.Stack.GetChunk(1)));

        StringAssert.Contains(failure.Message, $"step {run.Stack.GetChunk(1).First}");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AWrongFillIsReported(CellKind cell) =>
        CheckReported(cell, target => target.LostBitStore.LanesOfRow(0).Fill[2] += 1 << 16, 0, "fill");

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void AWeightChangedBetweenThePassesIsReported(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34 });
        run.Forward(Sequences.Random(16, 40, 80));
        run.Parameters.Stack.Layers[0].Bias.At(0, 0) += 0.01f;
        run.Stack.PackWeights(forTraining: true);

        Assert.ThrowsExactly<ReversalException>(() => BackwardWithoutComparing(run));
    }

    [TestMethod]
    public void AStateBeyondItsRangeIsReported()
    {
        using var run = new StackRun(new StackSetup { Units = 8, Limit = ForgettingLimit.None, WeightScale = 0 });
        for (var column = 0; column < run.Parameters.Stack.Layers[0].Bias.Columns; column++)
            run.Parameters.Stack.Layers[0].Bias.At(0, column) = 20;
        run.Forward([new int[100]]);
        run.Stack.Layers[0].State(RevLstmSpec.C)[1] = int.MaxValue;

        var failure = Assert.ThrowsExactly<ReversalException>(() => run.Stack.Forward(run.Stack.GetChunk(0), training: true));

        StringAssert.Contains(failure.Message, "range");
        run.Train([new int[200]]);
    }

    /// <summary>Each step adds all but 1 to a state, which so leaves the range after some 254 steps.</summary>
    [TestMethod]
    [DataRow(CellKind.NfRevLstm, CellArithmetic.Reversible)]
    [DataRow(CellKind.NfRevLstm, CellArithmetic.Inference)]
    [DataRow(CellKind.NfRevGru, CellArithmetic.Reversible)]
    [DataRow(CellKind.NfRevGru, CellArithmetic.Inference)]
    public void AStateThatOutgrowsItsRangeForWantOfForgettingIsReported(CellKind cell, CellArithmetic arithmetic)
    {
        var setup = new StackSetup { Cell = cell, Arithmetic = arithmetic, Units = 8, Limit = ForgettingLimit.None, WeightScale = 0 };
        using var run = new StackRun(setup);
        var layer = run.Parameters.Stack.Layers[0];
        for (var column = 0; column < layer.Bias.Columns; column++)
            layer.Bias.At(0, column) = cell == CellKind.NfRevGru && column / 4 % 3 == 0 ? -20 : 20;
        var training = arithmetic == CellArithmetic.Reversible;

        run.Forward([new int[250]], training: training);
        var failure = Assert.ThrowsExactly<ReversalException>(() => run.Forward([new int[300]], training: training));

        foreach (var part in (string[])[cell.ToString(), "outgrew", "256", "shorter texts", nameof(CellKind.RevLstm), nameof(CellKind.RevGru)])
            StringAssert.Contains(failure.Message, part);
        if (training)
            run.Train([new int[250]]);
    }

    /// <summary>Gates as open as they go, and updates of 1 at every step: without a ceiling a state would reach the number of steps.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, 205)]
    [DataRow(CellKind.RevGru, 1.5)]
    public void StatesStayInRangeHoweverLongTheText(CellKind cell, double bound)
    {
        var setup = new StackSetup { Cell = cell, Units = 8, Limit = ForgettingLimit.None, WeightScale = 0 };
        using var run = new StackRun(setup);
        var layer = run.Parameters.Stack.Layers[0];
        for (var column = 0; column < layer.Bias.Columns; column++)
            layer.Bias.At(0, column) = cell == CellKind.RevGru && column / 4 % 3 == 0 ? 7.6f : 20;

        run.Forward([new int[20_000]]);

        var largest = 0.0;
        for (var unit = 0; unit < 8; unit++)
            largest = Math.Max(largest, Math.Abs(run.Stack.Layers[0].State(CellSpec.HiddenState)[run.Stack.Layers[0].Shape.StateIndex(unit)] / (double)(1 << 23)));
        Assert.IsTrue(largest <= bound, $"{largest}");
        Assert.IsTrue(largest > 0.5 * bound || cell == CellKind.RevGru, $"{largest}");
        run.Backward();
    }

    [TestMethod]
    public void AfterAFaultTheNextBatchIsRight()
    {
        using var run = new StackRun(new StackSetup { Units = 34, Layers = 2, Threads = 2 });
        var sequences = Sequences.Random(16, 40, 80);
        run.Train(sequences);
        var gradients = run.Gradients();
        run.Forward(sequences);
        run.Stack.Layers[1].State(CellSpec.HiddenState)[0] ^= 1;
        Assert.ThrowsExactly<ReversalException>(() => BackwardWithoutComparing(run));

        run.Train(sequences);

        Near.AreSame(gradients, run.Gradients(), "gradient");
    }

    private static void CheckReported(CellKind cell, Action<RecurrentLayer> fault, int layer, string what)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Layers = 2 });
        run.Forward(Sequences.Random(16, 40, 80));
        fault(run.Stack.Layers[layer]);
        Assert.ThrowsExactly<ReversalException>(() => BackwardWithoutComparing(run), what);
    }

    /// <summary>The backward pass alone, as a trainer runs it.</summary>
    private static void BackwardWithoutComparing(StackRun run)
    {
        run.Stack.BeginBackward();
        for (var i = run.Stack.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = run.Stack.GetChunk(i);
            run.Stack.Recover(chunk);
            new Span<float>(run.Stack.OutputGradient, chunk.FlatRows * run.Stack.OutputStride).Clear();
            run.Stack.Backward(chunk);
        }
        run.Stack.FinishBackward();
    }
}
