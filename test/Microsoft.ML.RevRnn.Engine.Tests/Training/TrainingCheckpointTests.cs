namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training that goes on from a checkpoint ends where uninterrupted training does, to the bit.</summary>
[TestClass]
internal sealed class TrainingCheckpointTests
{
    [TestMethod]
    [DataRow("classifier", OptimizerKind.AdamW, 0.2f)]
    [DataRow("classifier", OptimizerKind.Sgd, 0f)]
    [DataRow("encoder", OptimizerKind.AdamW, 0f)]
    [DataRow("streams", OptimizerKind.AdamW, 0.2f)]
    [DataRow("streams", OptimizerKind.Sgd, 0.2f)]
    [DataRow("streams", OptimizerKind.AdamW, 0f)]
    [DataRow("documents", OptimizerKind.AdamW, 0.2f)]
    [DataRow("documents", OptimizerKind.Sgd, 0f)]
    public void ResumedTrainingIsUninterruptedTraining(string kind, OptimizerKind optimizer, float validation)
    {
        var plain = CheckpointedRun.Of(kind).With(training => training with { Optimizer = optimizer, ValidationFraction = validation });
        var (model, report) = plain.Run();
        foreach (var epochs in (int[][])[[1], [4], [2, 3]])
        {
            using var folder = new TemporaryFolder();
            var run = plain.With(training => training with { CheckpointPath = folder["state"] });
            foreach (var epoch in epochs)
            {
                var interrupted = run.RunUntil(epoch).Report;
                Assert.AreEqual(TrainingStop.Cancelled, interrupted.StopReason);
                Assert.AreEqual(epoch, interrupted.Epochs.Count);
            }

            CheckSame(model, report, run.Run());
            // The file is the end's now, and there is nothing more to do.
            CheckSame(model, report, run.Run());
            Assert.AreEqual(1, folder.Files.Length);
        }
    }

    [TestMethod]
    [DataRow("classifier")]
    [DataRow("streams")]
    public void TrainingThatPausesIsTrainingThatDoesNot(string kind)
    {
        var plain = CheckpointedRun.Of(kind).With(training => training with { MaximumEpochs = 6, ValidationFraction = 0.2f });
        var (model, report) = plain.Run();
        using var folder = new TemporaryFolder();
        foreach (var pause in (int[])[1, 3, 2])
        {
            var paused = plain.With(training => training with { CheckpointPath = folder["state"], StopAfterEpochs = pause }).Run().Report;

            Assert.AreEqual(TrainingStop.Paused, paused.StopReason);
            // What has been trained stays.
            Assert.AreEqual(pause == 2 ? 3 : pause, paused.Epochs.Count);
            CollectionAssert.AreEqual(report.Epochs.Take(paused.Epochs.Count).ToArray(), paused.Epochs.ToArray());
        }

        CheckSame(model, report, plain.With(training => training with { CheckpointPath = folder["state"], StopAfterEpochs = 6 }).Run());
    }

    [TestMethod]
    public void EarlyStoppingComesBeforeAPause()
    {
        var plain = CheckpointedRun.Of("classifier").With(training => training with { MaximumEpochs = 60, Patience = 3, ValidationFraction = 0.3f });
        var (model, report) = plain.Run();
        using var folder = new TemporaryFolder();
        var run = plain.With(training => training with { CheckpointPath = folder["state"], StopAfterEpochs = report.Epochs.Count });

        CheckSame(model, report, run.Run());
        CheckSame(model, report, run.With(training => training with { StopAfterEpochs = 50 }).Run());
    }

    [TestMethod]
    public void EarlyStoppingGoesOnToo()
    {
        var plain = CheckpointedRun.Of("classifier").With(training => training with { MaximumEpochs = 60, Patience = 3, ValidationFraction = 0.3f });
        var (model, report) = plain.Run();
        Assert.AreEqual(TrainingStop.EarlyStopping, report.StopReason);
        using var folder = new TemporaryFolder();
        var run = plain.With(training => training with { CheckpointPath = folder["state"] });
        // The best epoch is behind the interruption.
        run.RunUntil(report.Epochs.Count - 1);

        CheckSame(model, report, run.Run());
        CheckSame(model, report, run.Run());
    }

    [TestMethod]
    public void ANonMonotoneScheduleGoesOnToo()
    {
        var plain = CheckpointedRun.Of("streams").With(training => training with
        {
            MaximumEpochs = 12,
            Schedule = LearningRateSchedule.NonMonotone,
            NonMonotoneEpochs = 1,
            ValidationFraction = 0.4f,
        });
        var (model, report) = plain.Run();
        using var folder = new TemporaryFolder();
        var run = plain.With(training => training with { CheckpointPath = folder["state"] });
        run.RunUntil(8);

        CheckSame(model, report, run.Run());
    }

    [TestMethod]
    public void WhatHasNoInfluenceOnTheResultMayChange()
    {
        var plain = CheckpointedRun.Of("streams");
        var (model, report) = plain.Run();
        using var folder = new TemporaryFolder();
        var run = plain.With(training => training with { CheckpointPath = folder["state"] });
        run.RunUntil(2);

        var other = run.With(training => training with { ThreadCount = 3, ActivationStrategy = ActivationStrategy.Stored, Patience = 50 }).Run();

        CollectionAssert.AreEqual(model, other.Model);
        CollectionAssert.AreEqual(report.Epochs.ToArray(), other.Report.Epochs.ToArray());
    }

    [TestMethod]
    public void AnInterruptedEpochGoesOn()
    {
        var toy = ToyTask.Random(40);
        toy = toy with { Training = toy.Training with { MaximumEpochs = 3, ValidationFraction = 0 } };
        var (model, report) = toy.Run();
        using var folder = new TemporaryFolder();
        toy = toy with { Training = toy.Training with { CheckpointPath = folder["state"] } };
        using var source = new CancellationTokenSource();
        var reads = 0;
        (toy with
        {
            Labels = new WatchedList<int>(toy.Labels, _ =>
            {
                // By the check 40, then each twice an epoch: in the second one's second batch.
                if (++reads == 40 + 2 * 40 + 2 * 20)
                    source.Cancel();
            }),
        }).Run(null, source.Token);
        Assert.IsTrue(File.Exists(folder["state"]));

        var (resumed, resumedReport) = toy.Run();

        CheckSame(Models.Bytes(model), report, (Models.Bytes(resumed), resumedReport));
    }

    [TestMethod]
    public void CancelledAfterResumptionTheModelIsTheBestUntilThen()
    {
        using var folder = new TemporaryFolder();
        var run = CheckpointedRun.Of("documents").With(training => training with { CheckpointPath = folder["state"] });
        var (model, report) = run.RunUntil(3);

        var (resumed, resumedReport) = run.Train(run.Training, null, new CancellationToken(true));

        CollectionAssert.AreEqual(model, resumed);
        CollectionAssert.AreEqual(report.Epochs.ToArray(), resumedReport.Epochs.ToArray());
        Assert.AreEqual(report.BestEpoch, resumedReport.BestEpoch);
        Assert.AreEqual(TrainingStop.Cancelled, resumedReport.StopReason);
    }

    [TestMethod]
    [DataRow("classifier", LearningRateSchedule.Constant)]
    [DataRow("streams", LearningRateSchedule.NonMonotone)]
    public void EpochsMayBeAddedWhereTheRateDoesNotGoByTheirNumber(string kind, LearningRateSchedule schedule)
    {
        using var folder = new TemporaryFolder();
        var plain = CheckpointedRun.Of(kind).With(training => training with { Schedule = schedule, WarmUpFraction = 0 });
        var run = plain.With(training => training with { CheckpointPath = folder["state"] });
        Assert.AreEqual(5, run.Run().Report.Epochs.Count);
        var (model, report) = plain.With(training => training with { MaximumEpochs = 8 }).Run();

        CheckSame(model, report, run.With(training => training with { MaximumEpochs = 8 }).Run());

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => run.Run());
        StringAssert.Contains(failure.Message, "8 epochs");
        StringAssert.Contains(failure.Message, nameof(TrainingOptions.MaximumEpochs));
    }

    [TestMethod]
    public void TimeCountsOn()
    {
        using var folder = new TemporaryFolder();
        var run = CheckpointedRun.Of("classifier").With(training => training with { CheckpointPath = folder["state"], MaximumMinutes = 1000 });
        using var source = new CancellationTokenSource();
        var firstEpoch = TimeSpan.Zero;
        run.Train(run.Training, new Listener(progress =>
        {
            if (progress.Epoch == 1)
                firstEpoch = progress.Elapsed;
            if (progress.Epoch == 2 && progress.EpochFraction == 1)
                source.Cancel();
        }), source.Token);
        var listener = new Listener();

        var after = run.Train(run.Training, listener, default).Report.Elapsed;

        // The second epoch's checkpoint has the first one's time, however long what came after it took.
        Assert.IsTrue(firstEpoch > TimeSpan.Zero && after > firstEpoch);
        Assert.IsTrue(listener.Reports.All(progress => progress.Elapsed > firstEpoch));
    }

    /// <summary>Perplexity is the exponential of the loss, so a checkpoint of the one serves the other.</summary>
    [TestMethod]
    public void PerplexityChoosesAsTheLossDoes()
    {
        using var folder = new TemporaryFolder();
        var plain = CheckpointedRun.Of("documents").With(training => training with { MaximumEpochs = 20, Patience = 2 });
        var (model, report) = plain.Run();
        Assert.AreEqual(TrainingStop.EarlyStopping, report.StopReason);
        var run = plain.With(training => training with { CheckpointPath = folder["state"] });
        run.RunUntil(2);

        CheckSame(model, report, plain.With(training => training with { ValidationMetric = ValidationMetric.Perplexity }).Run());
        CheckSame(model, report, run.With(training => training with { ValidationMetric = ValidationMetric.Perplexity }).Run());
        Assert.AreEqual(Math.Exp(report.Epochs[0].ValidationLoss!.Value), report.Epochs[0].ValidationPerplexity!.Value, 1e-9);
        var ofClasses = CheckpointedRun.Of("classifier").With(training => training with { ValidationMetric = ValidationMetric.Perplexity });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ofClasses.Run()).Message, "ValidationMetric is Perplexity, which is of language models; Loss");
    }

    [TestMethod]
    public void TheCourseOfEpochsBeforeTheInterruptionIsKept()
    {
        using var folder = new TemporaryFolder();
        var run = CheckpointedRun.Of("classifier").With(training => training with { CheckpointPath = folder["state"] });
        var before = run.RunUntil(2).Report;

        var after = run.Run().Report;

        // To the tick: they are not measured again.
        CollectionAssert.AreEqual(before.Epochs.Select(epoch => epoch.Course).ToArray(), after.Epochs.Take(2).Select(epoch => epoch.Course).ToArray());
        Assert.IsTrue(after.Epochs.All(epoch => epoch.Course!.Elapsed > TimeSpan.Zero));
        Assert.IsGreaterThan(before.LostBits, after.LostBits);
        Assert.IsGreaterThanOrEqualTo(before.PeakActivationBytes, after.PeakActivationBytes);
        Assert.IsGreaterThan(0, after.TokensPerSecond);
    }

    private static void CheckSame(byte[] model, TrainingReport report, (byte[] Model, TrainingReport Report) actual)
    {
        CollectionAssert.AreEqual(report.Epochs.ToArray(), actual.Report.Epochs.ToArray());
        CollectionAssert.AreEqual(Reports.WithoutTimes(report), Reports.WithoutTimes(actual.Report));
        CollectionAssert.AreEqual(model, actual.Model);
    }
}
