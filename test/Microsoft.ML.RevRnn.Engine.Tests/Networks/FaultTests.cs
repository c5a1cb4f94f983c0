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

    /// <summary>At the moment of the comparison, so that nothing can spread from one state to another.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void TheChecksumIsOfEveryState(CellKind cell)
    {
        const int Rows = 5;
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34 });
        run.Predict(Sequences.Random(Rows, 20, 20));
        var layer = run.Stack.Layers[0].Layer;
        var chunk = new Chunk(run.Batch, 0, 0, 1);
        layer.Begin(Rows, keepsLostBits: true);
        for (var state = 0; state < layer.Shape.StateCount; state++)
        {
            for (var row = 0; row < Rows; row++)
                layer.State(state)[row * layer.Shape.StateStride + layer.Shape.StateIndex(row)] = 1000 * row + state;
        }
        layer.RecordChecksum(Rows);
        layer.VerifyChecksum(chunk);

        for (var state = 0; state < layer.Shape.StateCount; state++)
        {
            for (var row = 0; row < Rows; row++)
            {
                for (var unit = 0; unit < layer.Shape.Units; unit += 11)
                {
                    ref var value = ref layer.State(state)[row * layer.Shape.StateStride + layer.Shape.StateIndex(unit)];
                    value ^= 1 << unit % 31;
                    Assert.ThrowsExactly<ReversalException>(() => layer.VerifyChecksum(chunk), $"state {state} of unit {unit} in row {row}");
                    value ^= 1 << unit % 31;
                }
            }
        }
        layer.VerifyChecksum(chunk);
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
        // When a chunk has been recovered, the states are those of the end of the one before it.
        run.Head.ChunkRecovered += chunk =>
        {
            if (chunk.Index == 2)
                run.Stack.Layers[0].Layer.State(CellSpec.HiddenState)[1] ^= 4;
        };

        var failure = Assert.ThrowsExactly<ReversalException>(() => run.Train(Sequences.Random(16, 100, 120)));

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
        run.Head.ForwardEnded += () =>
        {
            run.Parameters.Encoder.Stacks[0].Layers[0].Hidden[0].At(0, 0) += 0.01f;
            run.Stack.PackWeights(forTraining: true);
        };

        CheckReported(run, Sequences.Random(16, 40, 80), $"{cell}");
    }

    [TestMethod]
    public void AStateBeyondItsRangeIsReported()
    {
        using var run = new StackRun(new StackSetup { Units = 8, Limit = ForgettingLimit.None, WeightScale = 0 });
        for (var column = 0; column < run.Parameters.Encoder.Stacks[0].Layers[0].Bias.Columns; column++)
            run.Parameters.Encoder.Stacks[0].Layers[0].Bias.At(0, column) = 20;
        run.Head.ChunkForwarded += Spoil;

        var failure = Assert.ThrowsExactly<ReversalException>(() => run.Train([new int[100]]));

        StringAssert.Contains(failure.Message, "range");
        run.Head.ChunkForwarded -= Spoil;
        run.Train([new int[200]]);

        void Spoil(Chunk chunk) => run.Stack.Layers[0].Layer.State(RevLstmSpec.C)[1] = int.MaxValue;
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
        var layer = run.Parameters.Encoder.Stacks[0].Layers[0];
        for (var column = 0; column < layer.Bias.Columns; column++)
            layer.Bias.At(0, column) = cell == CellKind.NfRevGru && column / 4 % 3 == 0 ? -20 : 20;

        Run(250);
        var failure = Assert.ThrowsExactly<ReversalException>(() => Run(300));

        foreach (var part in (string[])[cell.ToString(), "outgrew", "256", "shorter texts", nameof(CellKind.RevLstm), nameof(CellKind.RevGru)])
            StringAssert.Contains(failure.Message, part);
        Run(250);

        void Run(int steps)
        {
            if (arithmetic == CellArithmetic.Reversible)
                run.Train([new int[steps]]);
            else
                run.Predict([new int[steps]]);
        }
    }

    /// <summary>Gates as open as they go, and updates of 1 at every step: without a ceiling a state would reach the number of steps.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, 205)]
    [DataRow(CellKind.RevGru, 1.5)]
    public void StatesStayInRangeHoweverLongTheText(CellKind cell, double bound)
    {
        var setup = new StackSetup { Cell = cell, Units = 8, Limit = ForgettingLimit.None, WeightScale = 0 };
        using var run = new StackRun(setup);
        var layer = run.Parameters.Encoder.Stacks[0].Layers[0];
        for (var column = 0; column < layer.Bias.Columns; column++)
            layer.Bias.At(0, column) = cell == CellKind.RevGru && column / 4 % 3 == 0 ? 7.6f : 20;

        var largest = 0.0;
        run.Head.ForwardEnded += () =>
        {
            var target = run.Stack.Layers[0].Layer;
            for (var unit = 0; unit < 8; unit++)
                largest = Math.Max(largest, Math.Abs(target.State(CellSpec.HiddenState)[target.Shape.StateIndex(unit)] / (double)(1 << 23)));
        };

        run.Train([new int[20_000]]);

        Assert.IsTrue(largest <= bound, $"{largest}");
        Assert.IsTrue(largest > 0.3 * bound, $"{largest}");
    }

    [TestMethod]
    public void AfterAFaultTheNextBatchIsRight()
    {
        using var run = new StackRun(new StackSetup { Units = 34, Layers = 2, Threads = 2 });
        var sequences = Sequences.Random(16, 40, 80);
        run.Train(sequences);
        var gradients = run.Gradients();
        run.Head.ForwardEnded += Spoil;
        CheckReported(run, sequences, "a flipped bit");
        run.Head.ForwardEnded -= Spoil;

        run.Train(sequences);

        Near.AreSame(gradients, run.Gradients(), "gradient");

        void Spoil() => run.Stack.Layers[1].Layer.State(CellSpec.HiddenState)[0] ^= 1;
    }

    private static void CheckReported(CellKind cell, Action<RecurrentLayer> fault, int layer, string what)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Layers = 2 });
        run.Head.ForwardEnded += () => fault(run.Stack.Layers[layer].Layer);
        CheckReported(run, Sequences.Random(16, 40, 80), what);
    }

    /// <summary>It is the stack that must notice, as in training, where nobody else looks.</summary>
    private static void CheckReported(StackRun run, int[][] sequences, string what)
    {
        run.Head.ComparesRecovered = false;
        Assert.ThrowsExactly<ReversalException>(() => run.Train(sequences), what);
        run.Head.ComparesRecovered = true;
    }
}
