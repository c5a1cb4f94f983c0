using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The boundary of a device: what trains below it is exchanged, and everything above it stays.</summary>
[TestClass]
internal sealed class OtherDeviceTests
{
    private const int Vocabulary = 6;

    private static readonly int[][] _sequences = Sequences.Random(24, 2, 5, Vocabulary);

    private static readonly int[] _labels = Array.ConvertAll(_sequences, sequence => sequence[0] % 2);

    private static readonly TrainingOptions _options = new()
    {
        MaximumEpochs = 4,
        BatchSize = 8,
        Optimizer = OptimizerKind.Sgd,
        LearningRate = 0.5f,
        Dropout = 0,
        ValidationFraction = 0.25f,
        Seed = 1,
    };

    [TestMethod]
    public void TheSameLoopTrainsOnBoth()
    {
        using var parameters = Parameters();
        using var device = new Device(threads: 1);
        using var managed = new ManagedTrainer(parameters, Objective, _options, device);
        var expected = Run(managed, _options);

        using var others = Parameters();
        using var naive = new NaiveTrainer(others, _sequences, _labels);
        var actual = Run(naive, _options);

        Assert.AreEqual(expected.Epochs.Count, actual.Epochs.Count);
        Assert.AreEqual(expected.BestEpoch, actual.BestEpoch);
        foreach (var (one, other) in expected.Epochs.Zip(actual.Epochs))
        {
            Assert.AreEqual(one.Loss, other.Loss, 5e-3);
            Assert.AreEqual(one.ValidationLoss!.Value, other.ValidationLoss!.Value, 5e-3);
        }
        Assert.IsTrue(expected.Epochs[^1].Loss < expected.Epochs[0].Loss - 0.02, "Something was learned.");
        // The best weights, which the loop kept, are in the parameters.
        foreach (var (one, other) in parameters.All.Zip(others.All))
        {
            for (var i = 0; i < one.Rows * one.Columns; i++)
                Assert.AreEqual(one.At(i / one.Columns, i % one.Columns), other.At(i / one.Columns, i % one.Columns), 1e-2f, one.Name);
        }
        Assert.AreEqual(_options.MaximumEpochs, naive.Exports);
    }

    [TestMethod]
    public void ACheckpointMovesFromOneToTheOther()
    {
        using var folder = new TemporaryFolder();
        var options = _options with { CheckpointPath = folder["state"] };
        using var parameters = Parameters();
        using var device = new Device(threads: 1);
        using (var cancellation = new CancellationTokenSource())
        {
            using var managed = new ManagedTrainer(parameters, Objective, options, device);
            Run(managed, options, cancellation.Token, epoch => { if (epoch.Epoch == 2) cancellation.Cancel(); });
        }

        using var others = Parameters();
        using var naive = new NaiveTrainer(others, _sequences, _labels);
        var report = Run(naive, options);

        Assert.AreEqual(4, report.Epochs.Count);
        Assert.AreEqual(2, naive.Exports, "Two epochs were trained elsewhere.");
        Assert.IsTrue(report.Epochs[2].Loss < report.Epochs[0].Loss);
    }

    private static SequenceObjective Objective => new(new SoftmaxLoss(_labels), _labels, _options);

    private static NetworkParameters Parameters()
    {
        var parameters = NetworkParameters.OfSequences(
            new NetworkShape(new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 3, HiddenSize = 4 }, Vocabulary), 2);
        parameters.Initialize(3);
        return parameters;
    }

    private static TrainingReport Run(
        INetworkTrainer trainer, TrainingOptions options, CancellationToken cancellation = default, Action<EpochReport>? epochEnded = null)
    {
        var task = new SequenceTask(_sequences, HeldBack.Random(_sequences.Length, options), trainer, Objective, options);
        return new TrainingLoop(task, options, progress: null) { EpochEnded = epochEnded }.Run(cancellation);
    }
}
