namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Ways to get at past activations: the same bits, at the memory that was foretold.</summary>
[TestClass]
internal sealed class ActivationStrategyTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.Gru, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.Elman, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.GruResetAfter, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.LeakyElman, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.NestedLstm, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.MixedGru, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.DeepTransition, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.DeepTransitionShortcut, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevLeaky, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.RevLeaky, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLeaky, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.NfRevLstm, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.NfRevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.NfRevLstm, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.NfRevGru, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.NfRevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.NfRevGru, ActivationStrategy.Hybrid)]
    public void AllGiveTheBitsOfStoredActivations(CellKind cell, ActivationStrategy strategy)
    {
        foreach (var layers in (int[])[1, 2])
        {
            foreach (var (steps, threads, dropout) in ((int, int, float)[])[(1, 1, 0f), (3, 2, 0.3f), (8, 1, 0f)])
            {
                var setup = new StackSetup
                {
                    Cell = cell,
                    Layers = layers,
                    Units = 34,
                    Dropout = dropout,
                    Threads = threads,
                    WeightScale = 2,
                    MinimumChunkSteps = steps,
                    MaximumChunkSteps = steps,
                };
                using var expected = new StackRun(setup with { Strategy = ActivationStrategy.Stored });
                using var run = new StackRun(setup with { Strategy = strategy });
                var sequences = Sequences.Random(21, 1, 120);
                for (var batch = 0; batch < 2; batch++)
                {
                    expected.Train(sequences);
                    run.Train(sequences);
                    Near.AreSame(expected.Outputs, run.Outputs, "output");
                    Near.AreSame(expected.Gradients(), run.Gradients(), $"gradient of chunks of {steps}");
                    sequences = Sequences.Random(12, 3, 60);
                }
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Gru)]
    [DataRow(CellKind.Elman)]
    [DataRow(CellKind.GruResetAfter)]
    [DataRow(CellKind.LeakyElman)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.MixedGru)]
    [DataRow(CellKind.DeepTransition)]
    [DataRow(CellKind.DeepTransitionShortcut)]
    public void OrdinaryCellsCannotBeReversed(CellKind cell)
    {
        foreach (var strategy in (ActivationStrategy[])[ActivationStrategy.Reversible, ActivationStrategy.Hybrid])
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => new StackRun(new StackSetup { Cell = cell, Strategy = strategy }));
            StringAssert.Contains(failure.Message, cell.ToString());
            StringAssert.Contains(failure.Message, strategy.ToString());
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AFaultInARepeatedSegmentIsReported(CellKind cell)
    {
        using var run = new StackRun(new StackSetup { Cell = cell, Units = 34, Strategy = ActivationStrategy.Hybrid, MaximumChunkSteps = 8 });
        run.Head.ForwardEnded += () =>
        {
            run.Parameters.Encoder.Stacks[0].Layers[0].Hidden[0].At(0, 0) += 0.01f;
            run.Stack.PackWeights(forTraining: true);
        };
        Assert.ThrowsExactly<ReversalException>(() => run.Train(Sequences.Random(16, 200, 200)));
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    [DataRow(CellKind.Lstm, 1)]
    [DataRow(CellKind.Gru, 2)]
    [DataRow(CellKind.Elman, 1)]
    [DataRow(CellKind.GruResetAfter, 2)]
    [DataRow(CellKind.LeakyElman, 2)]
    [DataRow(CellKind.NestedLstm, 2)]
    [DataRow(CellKind.MixedGru, 1)]
    [DataRow(CellKind.DeepTransition, 1)]
    [DataRow(CellKind.RevLeaky, 1)]
    [DataRow(CellKind.NfRevLstm, 2)]
    [DataRow(CellKind.NfRevGru, 1)]
    public void TheEstimateIsWithinFivePerCentOfWhatIsMeasured(CellKind cell, int layers)
    {
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 40, HiddenSize = 66, LayerCount = layers };
        foreach (var (rows, steps) in ((int, int)[])[(16, 70), (3, 400), (40, 33), (1, 1500)])
        {
            var estimate = ActivationMemory.Estimate(network, rows, steps, threadCount: 2);
            var sequences = Sequences.Random(rows, steps, steps);
            var labels = Sequences.Labels(rows);
            foreach (var strategy in Enum.GetValues<ActivationStrategy>())
            {
                if (strategy == ActivationStrategy.Auto || estimate[strategy] is not { } bytes)
                    continue;
                using var run = new StackRun(new StackSetup
                {
                    Cell = cell,
                    EmbeddingWidth = network.EmbeddingSize,
                    Units = network.HiddenSize,
                    Layers = layers,
                    Threads = 2,
                    // States that are only added to would leave their range; their bytes do not depend on the weights.
                    WeightScale = cell is CellKind.NfRevLstm or CellKind.NfRevGru ? 0 : 1,
                    Strategy = strategy,
                });
                run.Train(sequences, labels);
                run.Train(sequences, labels);
                var measured = run.Memory.PeakBytes;
                Assert.AreEqual(measured, bytes, 0.05 * measured, $"{strategy}, {rows} rows, {steps} steps");
            }
        }
    }
}
