namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training as a whole: that it learns, that it is repeatable, and how it ends.</summary>
[TestClass]
internal sealed class TrainingLoopTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm, 1)]
    [DataRow(CellKind.RevLstm, 2)]
    [DataRow(CellKind.RevGru, 1)]
    [DataRow(CellKind.RevGru, 2)]
    public void ALearnableTaskIsLearned(CellKind cell, int layers)
    {
        var task = ToyTask.Learnable();
        var (model, report) = (task with { Network = task.Network with { Cell = cell, LayerCount = layers } }).Run();
        var unseen = ToyTask.Learnable(300, 4, 11);

        Assert.AreEqual(1, model.Accuracy(task.Sequences, task.Labels));
        Assert.IsTrue(model.Accuracy(unseen.Sequences, unseen.Labels) > 0.98);
        Assert.AreEqual(TrainingStop.Completed, report.StopReason);
        Assert.AreEqual(task.Training.MaximumEpochs, report.Epochs.Count);
        Assert.AreEqual(1, report.Epochs[^1].Accuracy);
        Assert.AreEqual(1, report.Epochs[^1].ValidationAccuracy);
        Assert.IsTrue(report.Epochs[^1].Loss < 0.1 * report.Epochs[0].Loss);
        CollectionAssert.AreEqual(Enumerable.Range(1, report.Epochs.Count).ToArray(), report.Epochs.Select(epoch => epoch.Epoch).ToArray());
        Assert.IsTrue(report.Elapsed > TimeSpan.Zero);
        Assert.IsTrue(report.TokensPerSecond > 0);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void NeitherThreadsNorActivationMemoryNorRepetitionChangeAModel(CellKind cell)
    {
        var task = ToyTask.Learnable(80) with { Network = new NetworkOptions { Cell = cell, EmbeddingSize = 8, HiddenSize = 16, LayerCount = 2 } };
        task = task with { Training = task.Training with { MaximumEpochs = 2, Dropout = 0.3f, WeightDecay = 0.01f } };
        var (model, report) = task.Run();
        foreach (var (threads, strategy) in ((int, ActivationStrategy)[])
            [(1, default), (2, default), (3, default), .. Enum.GetValues<ActivationStrategy>().Select(strategy => (1, strategy))])
        {
            var (other, otherReport) = (task with { Training = task.Training with { ThreadCount = threads, ActivationStrategy = strategy } }).Run();
            CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(other), $"{threads} threads, {strategy}");
            CollectionAssert.AreEqual(report.Epochs.ToArray(), otherReport.Epochs.ToArray(), $"{threads} threads, {strategy}");
        }
    }

    [TestMethod]
    public void AnotherSeedMakesAnotherModel()
    {
        var task = ToyTask.Learnable(40);
        task = task with { Training = task.Training with { MaximumEpochs = 1 } };
        var models = Enumerable.Range(-1, 4).Select(seed => Convert.ToHexString(Models.Bytes((task with { Training = task.Training with { Seed = seed } }).Run().Model)));

        Assert.AreEqual(4, models.Distinct().Count());
    }

    [TestMethod]
    public void WithoutASeedEachTrainingDiffers()
    {
        var task = ToyTask.Learnable(40);
        task = task with { Training = task.Training with { MaximumEpochs = 1, Seed = null } };

        CollectionAssert.AreNotEqual(Models.Bytes(task.Run().Model), Models.Bytes(task.Run().Model));
        CollectionAssert.AreNotEqual(Models.Bytes(task.RunEncoder().Model), Models.Bytes(task.RunEncoder().Model));
    }

    [TestMethod]
    public void EachTextIsEitherTrainedOnOrValidatedOnceAnEpoch()
    {
        const int Count = 50, Epochs = 3;
        var reads = new int[Count];
        var task = ToyTask.Learnable(Count);
        task = task with
        {
            Training = task.Training with { MaximumEpochs = Epochs, BatchSize = 7 },
            Labels = new WatchedList<int>(task.Labels, i => reads[i]++),
        };

        task.Run();

        // Once by the check, then once an epoch for the loss, and of those that are trained on once more for its gradient.
        Assert.AreEqual(10, reads.Count(count => count == 1 + Epochs), string.Join(' ', reads));
        Assert.AreEqual(40, reads.Count(count => count == 1 + 2 * Epochs), string.Join(' ', reads));
    }

    [TestMethod]
    public void WithoutValidationTheLastEpochIsKept()
    {
        var task = ToyTask.Learnable(60);
        task = task with { Training = task.Training with { ValidationFraction = 0, MaximumEpochs = 4, Patience = 1 } };
        var listener = new Listener();
        var report = task.Run(listener).Report;

        Assert.AreEqual(TrainingStop.Completed, report.StopReason);
        Assert.AreEqual(4, report.BestEpoch);
        Assert.IsTrue(report.Epochs.All(epoch => epoch.ValidationLoss == null && epoch.ValidationAccuracy == null));
        Assert.IsTrue(listener.Reports.All(progress => progress.ValidationLoss == null && progress.ValidationAccuracy == null));
    }

    [TestMethod]
    [DataRow(1, 0.5f)]
    [DataRow(4, 0.2f)]
    public void AFractionOfLessThanOneTextIsNoValidation(int count, float fraction)
    {
        var task = ToyTask.Learnable(count);
        task = task with { Training = task.Training with { ValidationFraction = fraction, MaximumEpochs = 2 } };

        var report = task.Run().Report;

        Assert.IsNull(report.Epochs[^1].ValidationLoss);
        Assert.AreEqual(2, report.BestEpoch);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void TrainingStopsWhenValidationNoLongerImprovesAndKeepsTheBestWeights(int patience)
    {
        var task = ToyTask.Random();
        task = task with { Training = task.Training with { MaximumEpochs = 40, Patience = patience, ValidationFraction = 0.3f } };
        var (model, report) = task.Run();

        Assert.AreEqual(TrainingStop.EarlyStopping, report.StopReason);
        var losses = report.Epochs.Select(epoch => epoch.ValidationLoss!.Value).ToList();
        Assert.AreEqual(report.BestEpoch, losses.IndexOf(losses.Min()) + 1);
        Assert.AreEqual(report.BestEpoch + patience, report.Epochs.Count);
        // The same run ended right after the best epoch.
        CollectionAssert.AreEqual(Models.Bytes(CancelledAfter(task, report.BestEpoch, out _)), Models.Bytes(model));
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.2f)]
    public void CancelledBeforeTheStartThereIsAnUntrainedModel(float validation)
    {
        var task = ToyTask.Learnable(40);
        task = task with { Training = task.Training with { ValidationFraction = validation } };
        var listener = new Listener();
        var (model, report) = task.Run(listener, new CancellationToken(true));

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(0, report.BestEpoch);
        Assert.AreEqual(0, report.Epochs.Count);
        Assert.AreEqual(0, listener.Reports.Count);
        Assert.AreEqual(1, model.Predict(1, 2, 3).Sum(), 1e-6f);
        CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(task.Run(null, new CancellationToken(true)).Model));
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.25f)]
    public void CancelledInTheFirstEpochTheModelHasTheWeightsOfThatMoment(float validation)
    {
        var task = ToyTask.Learnable(192);
        task = task with { Training = task.Training with { ValidationFraction = validation } };
        var untrained = task.Run(null, new CancellationToken(true)).Model;
        // 192 labels are read by the check, then 16 a batch, each twice: this is in the third batch, which is given up.
        var (model, report) = CancelledAtLabel(task, 192 + 2 * 40);

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(0, report.BestEpoch);
        Assert.AreEqual(0, report.Epochs.Count);
        CollectionAssert.AreNotEqual(Models.Bytes(untrained), Models.Bytes(model));
        CollectionAssert.AreEqual(Models.Bytes(CancelledAtLabel(task, 192 + 2 * 33).Model), Models.Bytes(model));
        CollectionAssert.AreNotEqual(Models.Bytes(CancelledAtLabel(task, 192 + 2 * 49).Model), Models.Bytes(model));
        Assert.AreEqual(1, model.Predict(1, 2, 3).Sum(), 1e-6f);
    }

    [TestMethod]
    public void CancelledLaterTheModelHasTheBestWeightsUntilThen()
    {
        var task = ToyTask.Learnable();
        var after = CancelledAfter(task, 3, out var report);
        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(3, report.Epochs.Count);
        var losses = report.Epochs.Select(epoch => epoch.ValidationLoss!.Value).ToList();
        Assert.AreEqual(losses.IndexOf(losses.Min()) + 1, report.BestEpoch);

        // 200 by the check, then in each epoch 160 twice and 40 once; this is in the fourth, whose batches are then given up.
        var (within, reportWithin) = CancelledAtLabel(task, 200 + 3 * (2 * 160 + 40) + 2 * 40);
        Assert.AreEqual(TrainingStop.Cancelled, reportWithin.StopReason);
        Assert.AreEqual(report.BestEpoch, reportWithin.BestEpoch);
        CollectionAssert.AreEqual(Models.Bytes(after), Models.Bytes(within));
    }

    [TestMethod]
    public void ValidationIsCancelledAfterTheBatchUnderWay()
    {
        var reads = 0;
        var task = ToyTask.Learnable(192);
        task = task with { Training = task.Training with { ValidationFraction = 0.5f, MaximumEpochs = 5 } };
        // 192 labels are read by the check; in each epoch 96 are trained on, and read twice, then 96 validated, 16 at a time.
        const int Before = 192 + (2 * 96 + 96) + 2 * 96;
        var (_, report) = CancelledAtLabel(task, Before + 20, _ => reads++);

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(1, report.Epochs.Count);
        Assert.AreEqual(1, report.BestEpoch);
        Assert.AreEqual(Before + 32, reads);
    }

    [TestMethod]
    public void CancelledAfterTheLastBatchOfAllTrainingIsComplete()
    {
        var task = ToyTask.Learnable(40);
        task = task with { Training = task.Training with { ValidationFraction = 0, MaximumEpochs = 2 } };

        CancelledAfter(task, 2, out var report);

        Assert.AreEqual(TrainingStop.Completed, report.StopReason);
    }

    [TestMethod]
    public void ProgressRisesAndEndsEachEpochOnce()
    {
        var task = ToyTask.Learnable();
        var thread = Environment.CurrentManagedThreadId;
        var listener = new Listener(_ => Assert.AreEqual(thread, Environment.CurrentManagedThreadId));
        var report = task.Run(listener).Report;

        var last = 0.0;
        foreach (var progress in listener.Reports)
        {
            var place = progress.Epoch - 1 + progress.EpochFraction;
            Assert.IsTrue(place > last, $"{place} after {last}");
            last = place;
            Assert.IsTrue(progress.EpochFraction is > 0 and <= 1);
            Assert.AreEqual(task.Training.MaximumEpochs, progress.EpochCount);
            Assert.IsTrue(progress.Loss > 0 && double.IsFinite(progress.Loss));
            Assert.IsTrue(progress.Accuracy is >= 0 and <= 1);
            Assert.IsTrue(progress.TokensPerSecond > 0);
            Assert.IsTrue(progress.Elapsed > TimeSpan.Zero && progress.Elapsed <= report.Elapsed);
            Assert.IsTrue(progress.Remaining >= TimeSpan.Zero);
            Assert.AreEqual(progress.EpochFraction == 1, progress.ValidationLoss != null);
            Assert.AreEqual(progress.EpochFraction == 1, progress.ValidationAccuracy != null);
        }
        Assert.AreEqual(TimeSpan.Zero, listener.Reports[^1].Remaining);
        CollectionAssert.AreEqual(report.Epochs.ToArray(), listener.Reports.Where(progress => progress.EpochFraction == 1)
            .Select(progress => new EpochReport(progress.Epoch, progress.Loss, progress.Accuracy, progress.ValidationLoss, progress.ValidationAccuracy)).ToArray());
    }

    [TestMethod]
    public void ProgressWithinAnEpochIsOfItsPartThatIsDone()
    {
        // A batch is held up for longer than the interval between reports.
        var task = ToyTask.Learnable(48);
        task = task with { Training = task.Training with { ValidationFraction = 0, MaximumEpochs = 1 } };
        var reads = 0;
        var listener = new Listener();
        (task with
        {
            Labels = new WatchedList<int>(task.Labels, _ =>
            {
                if (++reads == 48 + 1)
                    Thread.Sleep(250);
            }),
        }).Run(listener);

        Assert.AreEqual(1.0 / 3, listener.Reports[0].EpochFraction, 1e-9);
        Assert.IsNull(listener.Reports[0].ValidationLoss);
        Assert.AreEqual(1, listener.Reports[^1].EpochFraction);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AnAbsurdLearningRateIsSurvivedOrReported(CellKind cell)
    {
        var task = ToyTask.Random(60) with { Network = new NetworkOptions { Cell = cell, EmbeddingSize = 4, HiddenSize = 8 } };
        for (var seed = 0; seed < 5; seed++)
        {
            try
            {
                var options = task.Training with { LearningRate = 1, MaximumGradientNorm = 1e6f, MaximumEpochs = 6, Seed = seed };
                var (model, report) = (task with { Training = options }).Run();
                Assert.IsTrue(report.Epochs.All(epoch => double.IsFinite(epoch.Loss) && double.IsFinite(epoch.ValidationLoss!.Value)));
                foreach (var tokens in task.Sequences)
                    Assert.AreEqual(1, model.Predict(tokens).Sum(), 1e-5f);
            }
            catch (InvalidOperationException failure)
            {
                StringAssert.Contains(failure.Message, nameof(TrainingOptions.LearningRate));
            }
        }
    }

    private static SequenceClassifier CancelledAfter(ToyTask task, int epoch, out TrainingReport report)
    {
        using var source = new CancellationTokenSource();
        (var model, report) = task.Run(new Listener(progress =>
        {
            if (progress.Epoch == epoch && progress.EpochFraction == 1)
                source.Cancel();
        }), source.Token);
        return model;
    }

    /// <summary>Cancelled when the labels have been read this many times.</summary>
    private static TrainingResult<SequenceClassifier> CancelledAtLabel(ToyTask task, int count, Action<int>? reading = null)
    {
        using var source = new CancellationTokenSource();
        var reads = 0;
        return (task with
        {
            Labels = new WatchedList<int>(task.Labels, i =>
            {
                reading?.Invoke(i);
                if (++reads == count)
                    source.Cancel();
            }),
        }).Run(null, source.Token);
    }
}
