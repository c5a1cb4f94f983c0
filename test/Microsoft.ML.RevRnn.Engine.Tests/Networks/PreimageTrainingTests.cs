using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training in the arithmetic of prediction: its states to the bit, exact reversal, and rows that do not depend on each other.</summary>
[TestClass]
internal sealed class PreimageTrainingTests
{
    private static readonly StackSetup _setup = new() { Arithmetic = CellArithmetic.Preimages };

    public static IEnumerable<CellKind> Cells => [CellKind.RevLstm, CellKind.RevGru];

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void EveryBatchSizeReturnsToItsStart(CellKind cell)
    {
        using var run = new StackRun(_setup with { Cell = cell, Layers = 2 });
        for (var rows = 1; rows <= 65; rows++)
            TrainAndCheck(run, Sequences.Random(rows, 1, 20 + rows % 30, seed: rows));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 2, SimdWidth.Bits512)]
    [DataRow(CellKind.RevLstm, 34, SimdWidth.Bits256)]
    [DataRow(CellKind.RevLstm, 130, SimdWidth.Bits128)]
    [DataRow(CellKind.RevGru, 6, SimdWidth.Bits512)]
    [DataRow(CellKind.RevGru, 34, SimdWidth.Bits128)]
    [DataRow(CellKind.RevGru, 130, SimdWidth.Bits256)]
    public void EveryLimitReturnsToItsStart(CellKind cell, int units, SimdWidth width)
    {
        foreach (var limit in Enum.GetValues<ForgettingLimit>())
        {
            foreach (var scale in (ReadOnlySpan<float>)[0.01f, 3f, 30f])
            {
                using var run = new StackRun(_setup with { Cell = cell, Units = units, Limit = limit, Width = width, WeightScale = scale, Dropout = 0.3f });
                TrainAndCheck(run, Sequences.Random(11, 5, 70));
                TrainAndCheck(run, Sequences.Random(19, 40, 41, seed: 2));
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ForgettingLimit.None)]
    [DataRow(CellKind.RevLstm, ForgettingLimit.ThreeBits)]
    [DataRow(CellKind.RevGru, ForgettingLimit.None)]
    [DataRow(CellKind.RevGru, ForgettingLimit.OneBit)]
    public void SequencesOfFiveThousandStepsReturnToTheirStart(CellKind cell, ForgettingLimit limit)
    {
        using var run = new StackRun(_setup with { Cell = cell, Units = 34, Limit = limit, WeightScale = 1.5f });
        TrainAndCheck(run, Sequences.Random(5, 4_000, 5_000));
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void TrainingRunsForwardAsPredictionDoes(CellKind cell)
    {
        foreach (var limit in Enum.GetValues<ForgettingLimit>())
        {
            var setup = _setup with { Cell = cell, Limit = limit, Units = 34, Layers = 2 };
            var sequences = Sequences.Random(21, 1, 80);
            using var training = new StackRun(setup);
            using var prediction = new StackRun(setup with { Arithmetic = CellArithmetic.Inference });

            training.Train(sequences);
            prediction.Predict(sequences);

            Near.AreSame(prediction.Outputs, training.Outputs, "output");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void ARowDoesNotDependOnTheOthers(CellKind cell)
    {
        var sequences = Sequences.Random(13, 40, 40);
        using var together = new StackRun(_setup with { Cell = cell, Units = 34 });
        using var alone = new StackRun(_setup with { Cell = cell, Units = 34 });
        together.Train(sequences);
        alone.Train([sequences[0]]);
        var expected = Enumerable.Range(0, 40).SelectMany(step => together.Outputs.AsSpan(step * 13 * 34, 34).ToArray()).ToArray();
        Near.AreSame(expected, alone.Outputs, "output");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Hybrid)]
    public void EveryStrategyGivesTheSameBits(CellKind cell, ActivationStrategy strategy)
    {
        var setup = _setup with { Cell = cell, Units = 34, Layers = 2, MaximumChunkSteps = 8, WeightScale = 2, Threads = 2 };
        using var reversed = new StackRun(setup);
        using var other = new StackRun(setup with { Strategy = strategy, Threads = 1 });
        var sequences = Sequences.Random(17, 1, 150);

        reversed.Train(sequences);
        other.Train(sequences);

        Near.AreSame(reversed.Gradients(), other.Gradients(), "gradient");
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AFlippedBitOfADigitIsReported(CellKind cell)
    {
        for (var lane = 0; lane < 16; lane += 3)
        {
            using var run = new StackRun(_setup with { Cell = cell, Units = 34, Layers = 2 });
            run.Head.ComparesRecovered = false;
            run.Head.ForwardEnded += () =>
            {
                unsafe
                {
                    var lanes = run.Stack.Layers[1].Layer.LostBitStore.LanesOfRow(9);
                    lanes.Digits[lane] = (ulong)lanes.Digits[lane] ^ 1;
                }
            };
            Assert.ThrowsExactly<ReversalException>(() => run.Train(Sequences.Random(16, 40, 80)), $"lane {lane}");
        }
    }

    /// <summary>Digits of their own cost more than Algorithm 1's shared ones, most of all where gates keep most.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, 1f, 1.08)]
    [DataRow(CellKind.RevLstm, 2.5f, 1.10)]
    [DataRow(CellKind.RevGru, 1f, 1.08)]
    [DataRow(CellKind.RevGru, 2.5f, 1.10)]
    public void StoredBitsAreAtLeastTheInformationAndLittleMore(CellKind cell, float scale, double most)
    {
        using var run = new StackRun(_setup with { Cell = cell, Units = 128, WeightScale = scale });
        run.Train(Sequences.Random(8, 500, 500));
        var ratio = run.LostBits / run.Stack.Account.OptimalBits;
        Assert.IsTrue(ratio >= 1 && ratio <= most, $"{run.LostBits} bits hold {run.Stack.Account.OptimalBits} bits of information: {ratio}.");
    }

    private static void TrainAndCheck(StackRun run, int[][] sequences)
    {
        run.Train(sequences);
        foreach (var layer in run.Stack.Layers)
            Assert.IsTrue(layer.Layer.LostBitStore.IsEmpty && layer.Layer.HasZeroStates(sequences.Length));
    }
}
