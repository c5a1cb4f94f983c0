using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Reversal ends where the forward pass began: zero states, empty stores, and on the way the forward pass's outputs bit for bit
/// (which <see cref="WatchedHead"/> checks).
/// </summary>
[TestClass]
internal sealed class ReversalTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    [DataRow(CellKind.NfRevLstm, 1)]
    [DataRow(CellKind.NfRevLstm, 2)]
    [DataRow(CellKind.NfRevGru, 1)]
    [DataRow(CellKind.NfRevGru, 2)]
    [DataRow(CellKind.RevLeaky, 2)]
    public void EveryBatchSizeWithVariableLengthsReturnsToItsStart(CellKind cell, int layers)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Layers = layers });
        for (var rows = 1; rows <= 65; rows++)
            TrainAndCheck(run, Sequences.Random(rows, 1, 20 + rows % 30, seed: rows));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 2, SimdWidth.Bits512)]
    [DataRow(CellKind.RevLstm, 6, SimdWidth.Bits256)]
    [DataRow(CellKind.RevLstm, 34, SimdWidth.Bits512)]
    [DataRow(CellKind.RevLstm, 34, SimdWidth.Bits128)]
    [DataRow(CellKind.RevLstm, 130, SimdWidth.Bits512)]
    [DataRow(CellKind.RevLstm, 130, SimdWidth.Bits256)]
    [DataRow(CellKind.RevLstm, 130, SimdWidth.Bits128)]
    [DataRow(CellKind.RevGru, 2, SimdWidth.Bits128)]
    [DataRow(CellKind.RevGru, 6, SimdWidth.Bits512)]
    [DataRow(CellKind.RevGru, 34, SimdWidth.Bits256)]
    [DataRow(CellKind.RevGru, 34, SimdWidth.Bits128)]
    [DataRow(CellKind.RevGru, 130, SimdWidth.Bits512)]
    [DataRow(CellKind.RevGru, 130, SimdWidth.Bits256)]
    [DataRow(CellKind.RevGru, 130, SimdWidth.Bits128)]
    [DataRow(CellKind.NfRevLstm, 6, SimdWidth.Bits512)]
    [DataRow(CellKind.NfRevLstm, 34, SimdWidth.Bits256)]
    [DataRow(CellKind.NfRevLstm, 130, SimdWidth.Bits128)]
    [DataRow(CellKind.NfRevGru, 6, SimdWidth.Bits512)]
    [DataRow(CellKind.NfRevGru, 34, SimdWidth.Bits256)]
    [DataRow(CellKind.NfRevGru, 130, SimdWidth.Bits128)]
    [DataRow(CellKind.RevLeaky, 34, SimdWidth.Bits512)]
    [DataRow(CellKind.RevLeaky, 130, SimdWidth.Bits256)]
    public void EveryLimitWithAndWithoutDropoutReturnsToItsStart(CellKind cell, int units, SimdWidth width)
    {
        foreach (var limit in Enum.GetValues<ForgettingLimit>())
        {
            foreach (var dropout in (float[])[0f, 0.3f])
            {
                using var run = new StackRun(new StackSetup
                {
                    Cell = cell,
                    Units = units,
                    Layers = 2,
                    Limit = limit,
                    Dropout = dropout,
                    Width = width,
                    EmbeddingWidth = 33,
                });
                TrainAndCheck(run, Sequences.Random(11, 5, 70));
                TrainAndCheck(run, Sequences.Random(19, 40, 41, seed: 2));
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1, 6, ForgettingLimit.None, 0f)]
    [DataRow(CellKind.RevLstm, 2, 6, ForgettingLimit.ThreeBits, 0.4f)]
    [DataRow(CellKind.RevGru, 1, 6, ForgettingLimit.None, 0.4f)]
    [DataRow(CellKind.RevGru, 2, 6, ForgettingLimit.OneBit, 0f)]
    [DataRow(CellKind.RevGru, 1, 34, ForgettingLimit.FiveBits, 0f)]
    public void SequencesOfFiveThousandStepsReturnToTheirStart(CellKind cell, int layers, int units, ForgettingLimit limit, float dropout)
    {
        using var run = new StackRun(new StackSetup
        {
            Cell = cell,
            Layers = layers,
            Units = units,
            Limit = limit,
            Dropout = dropout,
            WeightScale = 1.5f,
        });

        TrainAndCheck(run, Sequences.Random(5, 4_000, 5_000));
    }

    [TestMethod]
    [DataRow(CellKind.NfRevLstm, 1, 0f)]
    [DataRow(CellKind.NfRevLstm, 2, 0.4f)]
    [DataRow(CellKind.NfRevGru, 1, 0.4f)]
    [DataRow(CellKind.NfRevGru, 2, 0f)]
    public void WithoutForgettingSequencesOfTwoHundredStepsReturnToTheirStart(CellKind cell, int layers, float dropout)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Layers = layers, Units = 34, Dropout = dropout });

        TrainAndCheck(run, Sequences.Random(21, 200, 200));
        TrainAndCheck(run, Sequences.Random(37, 1, 200, seed: 2));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void NearlyClosedAndNearlyOpenGatesReturnToTheirStart(CellKind cell)
    {
        foreach (var scale in (float[])[0.01f, 30f])
        {
            using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Limit = ForgettingLimit.None, WeightScale = scale });
            TrainAndCheck(run, Sequences.Random(9, 50, 100));
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevGru, 2)]
    [DataRow(CellKind.NfRevLstm, 2)]
    [DataRow(CellKind.NfRevGru, 1)]
    public void SmallChunksReturnToTheirStart(CellKind cell, int layers)
    {
        for (var steps = 1; steps <= 5; steps++)
        {
            using var run = new StackRun(new StackSetup { Cell = cell, Layers = layers, MaximumChunkSteps = steps, MinimumChunkSteps = 1 });
            TrainAndCheck(run, Sequences.Random(17, 1, 23));
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    public void SeveralThreadsReturnToTheirStart(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Layers = 2, Units = 34, Threads = 3, Dropout = 0.2f });
        for (var rows = 1; rows <= 40; rows += 3)
            TrainAndCheck(run, Sequences.Random(rows, 1, 40, seed: rows));
    }

    [TestMethod]
    public void EmptySequencesAreOneStepLong()
    {
        using var run = new StackRun(new StackSetup());

        TrainAndCheck(run, [[], [1, 2, 3], []]);

        Assert.AreEqual(5, run.Batch.TokenCount);
    }

    [TestMethod]
    public void AForwardPassThatIsGivenUpLeavesNothingBehind()
    {
        using var run = new StackRun(new StackSetup { Units = 34 });
        run.Train(Sequences.Random(9, 30, 60));
        var gradients = run.Gradients();

        run.Head.ForwardEnded += GiveUp;
        Assert.ThrowsExactly<OperationCanceledException>(() => run.Train(Sequences.Random(20, 100, 150, seed: 9)));
        run.Head.ForwardEnded -= GiveUp;
        TrainAndCheck(run, Sequences.Random(9, 30, 60));

        Near.AreSame(gradients, run.Gradients(), "gradient");

        static void GiveUp() => throw new OperationCanceledException();
    }

    private static void TrainAndCheck(StackRun run, int[][] sequences)
    {
        run.Train(sequences);
        foreach (var layer in run.Stack.Layers)
        {
            Assert.IsTrue(layer.Layer.LostBitStore.IsEmpty && layer.Layer.HasZeroStates(sequences.Length));
            Assert.IsTrue(layer.Layer.LostBitStore.IsEmpty);
        }
    }
}
