using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>What an experiment promises of time, memory, cancellation and repetition.</summary>
[TestClass]
public sealed class ExperimentPromiseTests
{
    [TestMethod]
    public void EqualSeedsGiveEqualResultsWithAnyNumberOfThreads()
    {
        var results = new (int Threads, int Trials)[] { (1, 1), (2, 1), (1, 2) }.Select(run =>
        {
            var settings = SmallExperiment.Settings(maxModels: 6);
            settings.Options.NGrams = new();
            settings.Options.Training = settings.Options.Training with { ThreadCount = run.Threads * run.Trials };
            settings.MaxConcurrentTrials = run.Trials;
            return SmallExperiment.Execute(settings);
        }).ToArray();

        foreach (var other in results[1..])
        {
            Assert.AreEqual(SmallExperiment.Describe(results[0]), SmallExperiment.Describe(other));
            CollectionAssert.AreEqual(SmallExperiment.Bytes(results[0]), SmallExperiment.Bytes(other));
        }
    }

    [TestMethod]
    public void AnotherSeedTriesOtherSettings()
    {
        var settings = SmallExperiment.Settings(maxModels: 3);
        var one = SmallExperiment.Execute(settings);
        settings.Seed = 4;
        var other = SmallExperiment.Execute(settings);

        Assert.AreNotEqual(one.RunDetails[1].Setting[2], other.RunDetails[1].Setting[2]);
    }

    /// <summary>Time is over within the third training: it ends with the batch, and what was evaluated before stands.</summary>
    [TestMethod]
    public void TheBudgetOfTimeIsKeptToABatch()
    {
        var time = new ManualTime();
        var settings = SmallExperiment.Settings();
        settings.MaxModels = null;
        settings.MaxExperimentTimeInSeconds = 100;
        settings.Clock = time;
        var epochsAfter = 0;
        var isOver = false;
        settings.Progress = new EventListener<ExperimentEvent>(happened =>
        {
            if (happened is not TrialTraining { Training.EpochFraction: >= 1 } training)
                return;
            if (isOver)
                epochsAfter++;
            // The clock goes on by a second an epoch, until it leaps over the end.
            isOver = training.TrialId == 2;
            time.Advance(TimeSpan.FromSeconds(isOver ? 1000 : 1));
        });

        var result = SmallExperiment.Execute(settings);

        Assert.AreEqual(ExperimentEnd.TimeUp, result.End);
        Assert.AreEqual(0, epochsAfter);
        Assert.HasCount(2, result.RunDetails);
        Assert.IsNotNull(result.BestRun.Model);
        Assert.AreEqual(1002, result.ElapsedInSeconds);
    }

    /// <summary>An epoch takes 3 of 40 seconds, so four settings on rungs of 1, 2 and 4 epochs, 4 + 2 + 2 epochs, are too many.</summary>
    [TestMethod]
    public void ABracketIsAsWideAsThereIsTimeFor()
    {
        var time = new ManualTime();
        var settings = SmallExperiment.Settings();
        settings.SearchSpace = new() { LearningRate = (1e-3f, 5e-2f, true) };
        settings.MaxModels = null;
        settings.MaxExperimentTimeInSeconds = 20;
        settings.Clock = time;
        settings.Progress = new EventListener<ExperimentEvent>(happened =>
        {
            if (happened is TrialTraining { Training.EpochFraction: >= 1 })
                time.Advance(TimeSpan.FromSeconds(3));
        });

        var result = SmallExperiment.Execute(settings);

        Assert.AreEqual(ExperimentEnd.TimeUp, result.End);
        Assert.AreEqual(18, result.ElapsedInSeconds);
        Assert.HasCount(3, result.RunDetails);
        Assert.Contains(4, result.RunDetails.Select(run => run.Epochs.Count));
    }

    [TestMethod]
    public void TimeIsKeptForTrainingOnAllRows()
    {
        var time = new ManualTime();
        var settings = SmallExperiment.Settings();
        settings.MaxModels = null;
        settings.MaxExperimentTimeInSeconds = 60;
        settings.RefitsOnAllRows = true;
        settings.Clock = time;
        var step = new Listener(progress =>
        {
            if (progress.EpochFraction >= 1)
                time.Advance(TimeSpan.FromSeconds(3));
        });
        settings.Options.Progress = step;

        var result = SmallExperiment.Execute(settings);

        Assert.IsNotNull(result.RefitModel);
        Assert.IsLessThanOrEqualTo(60, result.ElapsedInSeconds);
    }

    /// <summary>The time of the first training is over before its first epoch is: what it has learned by then is a model, and more time goes on from there.</summary>
    [TestMethod]
    public void ACutOffFirstEpochGivesAModel()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        var settings = SmallExperiment.Settings(maxModels: 1);
        settings.SearchSpace = new() { HiddenSize = [256] };
        settings.Halving = new() { MaximumEpochs = 1 };
        settings.Options.NGrams = new();
        settings.MaxExperimentTimeInSeconds = 100;
        settings.RefitsOnAllRows = true;
        settings.CheckpointDirectory = folder.File("experiment");
        settings.Clock = time;
        settings.Options.Progress = new Listener(progress =>
        {
            if (progress.EpochFraction < 1)
                time.Advance(TimeSpan.FromSeconds(99.9) - TimeSpan.FromTicks(time.GetTimestamp()));
        });
        // Of so many rows that an epoch takes longer than two reports are apart.
        var data = Trained.Data(count: 4000);

        var result = SmallExperiment.Execute(settings, data);

        Assert.AreEqual(ExperimentEnd.TimeUp, result.End);
        Assert.AreEqual(TrialState.Interrupted, result.BestRun.State);
        Assert.IsEmpty(result.BestRun.Epochs);
        Assert.AreEqual(0, result.BestRun.Rungs.Single().Epochs);
        Assert.IsGreaterThan(0.5, result.BestRun.Metric!.Value);
        Assert.IsNotNull(result.BestRun.Model);
        Assert.IsNull(result.RefitModel);

        settings.MaxExperimentTimeInSeconds = 1000;
        var more = SmallExperiment.Execute(settings, data);

        Assert.AreEqual(ExperimentEnd.AllModels, more.End);
        CollectionAssert.AreEqual(new[] { 1 }, more.BestRun.Rungs.Select(rung => rung.Epochs).ToArray());
        Assert.IsNotNull(more.RefitModel);
    }

    [TestMethod]
    public void WithoutTimeForAnythingThereIsNoModel()
    {
        var time = new ManualTime();
        var settings = SmallExperiment.Settings();
        settings.MaxExperimentTimeInSeconds = 1;
        settings.Clock = time;
        settings.Progress = new EventListener<ExperimentEvent>(happened =>
        {
            if (happened is TrialStarted)
                time.Advance(TimeSpan.FromSeconds(2));
        });

        StringAssert.Contains(Assert.ThrowsExactly<TimeoutException>(() => SmallExperiment.Execute(settings)).Message, "no run was evaluated");
    }

    [TestMethod]
    public void ARivalMayTakeHalfOfTheTime()
    {
        var time = new ManualTime();
        var settings = SmallExperiment.Settings(maxModels: 1);
        settings.MaxExperimentTimeInSeconds = 100;
        settings.Clock = time;
        var context = new MLContext();
        settings.AddRival("slow", context.Transforms.CustomMapping<Read, Seen>((_, _) => time.Advance(TimeSpan.FromSeconds(1)), contractName: null)
            .Append(context.Transforms.Concatenate("Features", "Value")).Append(context.MulticlassClassification.Trainers.SdcaMaximumEntropy()));

        var result = SmallExperiment.Execute(settings);

        Assert.AreEqual(TrialState.Interrupted, result.RunDetails[^1].State, result.RunDetails[^1].Exception?.Message);
        Assert.AreEqual(0, result.BestRun.TrialId);
    }

    [TestMethod]
    public void CancellationGivesTheBestRunSoFar()
    {
        using var source = new CancellationTokenSource();
        var settings = SmallExperiment.Settings();
        settings.CancellationToken = source.Token;
        settings.Progress = new EventListener<ExperimentEvent>(happened =>
        {
            if (happened is TrialTraining { TrialId: 3 })
                source.Cancel();
        });

        var result = SmallExperiment.Execute(settings);

        Assert.AreEqual(ExperimentEnd.Cancelled, result.End);
        Assert.HasCount(3, result.RunDetails);
        Assert.IsTrue(result.RunDetails.All(run => run.State == TrialState.Interrupted));
        Assert.IsNotNull(result.BestRun.Model);
    }

    [TestMethod]
    public void MLNetsCancellationGivesTheBestRunSoFarToo()
    {
        var context = new MLContext(seed: 1);
        var settings = SmallExperiment.Settings();
        settings.Progress = new EventListener<ExperimentEvent>(happened =>
        {
            if (happened is not TrialTraining { TrialId: 2 })
                return;
            typeof(MLContext).GetMethod("CancelExecution", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.Invoke(context, null);
            // All the epochs together take far longer than it takes until that is noticed.
            Thread.Sleep(50);
        });
        settings.Options.Training = settings.Options.Training with { Patience = 10_000 };
        settings.Halving = new() { MinimumEpochs = 40, MaximumEpochs = 40, Width = 4 };

        var result = context.MulticlassClassification.CreateRevRnnExperiment(settings).Execute(Trained.Data(count: 12));

        Assert.AreEqual(ExperimentEnd.Cancelled, result.End);
        Assert.HasCount(2, result.RunDetails);
    }

    [TestMethod]
    public void CancelledBeforeAnythingWasEvaluatedThereIsNoModel()
    {
        var settings = SmallExperiment.Settings();
        settings.CancellationToken = new CancellationToken(canceled: true);

        Assert.ThrowsExactly<OperationCanceledException>(() => SmallExperiment.Execute(settings));
    }

    [TestMethod]
    public void ASpaceThatIsTooLargeForTheMemoryEndsWithoutAModel()
    {
        var settings = SmallExperiment.Settings();
        settings.MaximumMemoryUsageInMegaByte = 0.01;
        var started = 0;
        settings.Progress = new EventListener<ExperimentEvent>(happened => started += happened is TrialStarted ? 1 : 0);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => SmallExperiment.Execute(settings));

        StringAssert.Contains(failure.Message, "MaximumMemoryUsageInMegaByte");
        StringAssert.Contains(failure.Message, "needs");
        Assert.AreEqual(0, started);
    }

    [TestMethod]
    public void WhatIsTooLargeForTheMemoryIsShrunkOrLeftOut()
    {
        var settings = SmallExperiment.Settings(maxModels: 4);
        settings.SearchSpace = new() { HiddenSize = [16, 2048], BatchSize = [8, 1024] };
        settings.Halving = new() { MaximumEpochs = 1, Width = 4 };
        settings.MaximumMemoryUsageInMegaByte = 1;

        var result = SmallExperiment.Execute(settings);

        foreach (var run in result.RunDetails)
        {
            var (isLarge, isBroad) = (run.Setting[0].Value == "2048", run.Setting[1].Value == "1024");
            Assert.AreEqual(isLarge ? TrialState.OverMemory : TrialState.Finished, run.State, run.Note + run.Exception?.Message);
            if (isBroad && !isLarge)
            {
                StringAssert.Contains(run.Note, "activations within");
                Assert.IsLessThan(1_000_000, run.PeakActivationBytes);
                Assert.IsNotNull(run.Options!.Training.MemoryBudget);
            }
        }
        Assert.HasCount(4, result.RunDetails);
    }

    private sealed class Read
    {
        public string? Text { get; set; }
    }

    private sealed class Seen
    {
        public float Value { get; set; }
    }
}
