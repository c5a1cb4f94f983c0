using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Batches whose loss or gradient is no number: they change nothing, are counted, and are the end where there are too many.</summary>
[TestClass]
internal sealed class SkippedBatchTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(80);

    /// <summary>Ten batches an epoch.</summary>
    private static readonly TrainingOptions _training = _task.Training with { MaximumEpochs = 3, BatchSize = 8, ValidationFraction = 0, MaximumSkippedBatches = 2 };

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ASkippedBatchChangesNoWeightAndIsReported(bool ofGradient)
    {
        Predicate<int> bad = batch => batch is 3 or 14 or 15;

        var (report, weights) = Run(_training, ofGradient ? bad : null, ofGradient ? null : bad);

        CollectionAssert.AreEqual(new[] { 1, 2, 0 }, report.Epochs.Select(epoch => epoch.Course!.SkippedBatches).ToArray());
        Assert.AreEqual(3, report.SkippedBatches);
        Assert.AreEqual(8, report.Epochs[1].Course!.Batches[ActivationStrategy.Auto]);
        Assert.IsTrue(report.Epochs.All(epoch => double.IsFinite(epoch.Loss) && double.IsFinite(epoch.Course!.MeanGradientNorm)));
        for (var batch = 1; batch < weights.Count; batch++)
            Assert.AreEqual(bad(batch), weights[batch - 1].SequenceEqual(weights[batch]), $"batch {batch}");
    }

    [TestMethod]
    public void OneTooManyInARowEndsTrainingWithTheReason()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Run(_training, batch => batch is >= 10 and <= 12, null));

        StringAssert.Contains(failure.Message, "Training diverged in epoch 2, batch 2: the gradient is not a finite number, of 3 batches in a row.");
        StringAssert.Contains(failure.Message, nameof(TrainingOptions.LearningRate));
        failure = Assert.ThrowsExactly<InvalidOperationException>(() => Run(_training with { MaximumSkippedBatches = 0 }, null, batch => batch == 5));
        StringAssert.Contains(failure.Message, "Training diverged in epoch 1, batch 5: the loss is not a finite number.");
    }

    [TestMethod]
    public void AnEpochOfSkippedBatchesIsNone()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(
            () => Run(_training with { MaximumSkippedBatches = 100 }, batch => batch > 10, null));

        StringAssert.Contains(failure.Message, "epoch 2, batch 10: the gradient is not a finite number, and neither is that of any batch of the epoch.");
    }

    [TestMethod]
    public void ARowOfThemGoesOnBehindAnInterruption()
    {
        using var folder = new TemporaryFolder();
        var training = _training with { CheckpointPath = folder["state"], StopAfterEpochs = 1, MaximumSkippedBatches = 3 };
        var (report, _) = Run(training, batch => batch >= 9, null);
        Assert.AreEqual(2, report.SkippedBatches);

        // Batches 1 and 2 of the second epoch are the third and the fourth in a row.
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Run(training with { StopAfterEpochs = null }, batch => batch <= 2, null));

        StringAssert.Contains(failure.Message, "epoch 2, batch 2: the gradient is not a finite number, of 4 batches in a row.");
    }

    [TestMethod]
    public void StreamsGoOnFromTheStatesBeforeTheSkippedWindow()
    {
        var network = new NetworkShape(new NetworkOptions { Cell = CellKind.Lstm, EmbeddingSize = 4, HiddenSize = 8 }, Vocabulary: 5);
        var options = new TrainingOptions { Seed = 1, Dropout = 0 };
        using var parameters = NetworkParameters.OfNextTokens(network);
        parameters.Initialize(1);
        var objective = new NextTokenObjective(new long[5], new LanguageModelOptions(), options);
        using var device = new Device(threads: 1);
        using var trainer = new ManagedTrainer(parameters, objective, options, device, carriesStates: true);
        var batch = new PackedBatch();
        batch.Fill([[1, 2, 3, 4, 1]], [0], 0);
        var bias = parameters.Encoder.Stacks[0].Layers[0].Bias.Values;
        trainer.Train(batch, 1);
        var expected = trainer.Train(batch, 2, continues: true).LossSum;

        trainer.Train(batch, 1);
        var kept = bias[0];
        bias[0] = float.NaN;
        Assert.IsTrue(double.IsNaN(trainer.Train(batch, 2, continues: true).LossSum));
        bias[0] = kept;

        Assert.AreEqual(expected, trainer.Train(batch, 2, continues: true).LossSum);
    }

    private static (TrainingReport Report, List<float[]> Weights) Run(TrainingOptions training, Predicate<int>? badGradient, Predicate<int>? badLoss)
    {
        int[] labels = [.. _task.Labels];
        using var parameters = NetworkParameters.OfSequences(new NetworkShape(_task.Network, ToyTask.VocabularySize), ToyTask.Classes);
        parameters.Initialize(1);
        using var device = new Device(threads: 1);
        var objective = new SequenceObjective(new SoftmaxLoss(labels), labels, training);
        using var trainer = new FaultyTrainer(new ManagedTrainer(parameters, objective, training, device))
        {
            BadGradient = badGradient ?? (_ => false),
            BadLoss = badLoss ?? (_ => false),
        };
        var task = new SequenceTask(_task.Sequences, HeldBack.Random(_task.Sequences.Count, training), trainer, objective, training);
        return (new TrainingLoop(task, training, progress: null).Run(CancellationToken.None), trainer.Weights);
    }
}
