namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What could differ from rank to rank (clocks, tokens, files, seeds) is rank 0's on all.</summary>
[TestClass]
internal sealed class SharedDecisionTests
{
    [TestMethod]
    [DataRow("classifier")]
    [DataRow("streams")]
    public void TrainingThatRankZeroCancelsGoesOnWithOtherRanks(string kind)
    {
        using var folder = new TemporaryFolder();
        var path = folder["state"];
        var run = CheckpointedRun.Of(kind).With(training => training with { BatchSize = 4, Shards = 4 });
        var (model, report) = run.Run();
        run = run.With(training => training with { CheckpointPath = path });

        foreach (var ranks in (int[])[4, 3])
        {
            foreach (var (_, cancelled) in Run(run, ranks, cancelsAfter: 50))
                Assert.AreEqual(TrainingStop.Cancelled, cancelled.StopReason);
            CollectionAssert.AreEqual((string[])[path], folder.Files.ToArray());
        }

        foreach (var (actual, actualReport) in Run(run, 2, cancelsAfter: int.MaxValue))
        {
            CollectionAssert.AreEqual(model, actual);
            CollectionAssert.AreEqual(report.Epochs.ToArray(), actualReport.Epochs.ToArray());
        }
    }

    [TestMethod]
    public void OnlyRankZerosTokenCounts()
    {
        var run = CheckpointedRun.Of("classifier").With(training => training with { Shards = 2, MaximumEpochs = 2 });

        var reports = ThreadGroup.Run(2, group => run.Train(run.Training with { Group = group }, null, new CancellationToken(group.Rank == 1)).Report);

        foreach (var report in reports)
        {
            Assert.AreEqual(TrainingStop.Completed, report.StopReason);
            Assert.AreEqual(2, report.Epochs.Count);
        }
    }

    [TestMethod]
    public void ATimeLimitEndsAllRanksAtTheSameBatch()
    {
        var run = CheckpointedRun.Of("streams").With(training => training with { Shards = 2, MaximumEpochs = 10_000, BatchSize = 2, MaximumMinutes = 0.3 / 60, Schedule = LearningRateSchedule.Linear });

        var results = ThreadGroup.Run(2, group => run.With(training => training with { Group = group }).Run());

        Assert.AreEqual(TrainingStop.TimeUp, results[0].Report.StopReason);
        CollectionAssert.AreEqual(results[0].Model, results[1].Model);
        CollectionAssert.AreEqual(results[0].Report.Epochs.ToArray(), results[1].Report.Epochs.ToArray());
    }

    [TestMethod]
    public void EarlyStoppingAndPausesAreThoseOfOneProcess()
    {
        var run = CheckpointedRun.Of("classifier").With(training => training with { Shards = 2, MaximumEpochs = 60, Patience = 2 });
        var (model, report) = run.Run();

        Assert.AreEqual(TrainingStop.EarlyStopping, report.StopReason);
        foreach (var (actual, actualReport) in ThreadGroup.Run(2, group => run.With(training => training with { Group = group }).Run()))
        {
            CollectionAssert.AreEqual(model, actual);
            Assert.AreEqual(TrainingStop.EarlyStopping, actualReport.StopReason);
        }
        var paused = ThreadGroup.Run(2, group => run.With(training => training with { Group = group, StopAfterEpochs = 1 }).Run());
        Assert.IsTrue(paused.All(result => result.Report.StopReason == TrainingStop.Paused));
    }

    [TestMethod]
    public void TheSeedIsThatOfRankZero()
    {
        var run = CheckpointedRun.Of("classifier").With(training => training with { Shards = 2, MaximumEpochs = 1, Seed = null });

        var models = ThreadGroup.Run(2, group => run.With(training => training with { Group = group }).Run().Model);
        CollectionAssert.AreEqual(models[0], models[1]);

        models = ThreadGroup.Run(2, group => run.With(training => training with { Group = group, Seed = group.Rank }).Run().Model);
        CollectionAssert.AreEqual(models[0], models[1]);
        CollectionAssert.AreEqual(run.With(training => training with { Seed = 0 }).Run().Model, models[1]);
    }

    [TestMethod]
    public void RanksOfOtherDataOrOptionsAreFoundOut()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => ThreadGroup.Run(2, group =>
            CheckpointedRun.Of("classifier").With(training => training with { Shards = 2, Group = group, LearningRate = 0.01f + 0.01f * group.Rank }).Run()));
        StringAssert.Contains(failure.Message, "Rank 1 of 2: data, network or options differ from those of rank 0");

        failure = Assert.ThrowsExactly<InvalidOperationException>(() => ThreadGroup.Run(2, group =>
        {
            var task = ToyTask.Random(40 + group.Rank);
            return (task with { Training = task.Training with { Shards = 2, Group = group, MaximumEpochs = 1 } }).Run();
        }));
        StringAssert.Contains(failure.Message, "Rank 1 of 2: data, network or options differ from those of rank 0");
    }

    [TestMethod]
    public void ACheckpointIsOfItsShardsAndNotOfItsRanks()
    {
        using var folder = new TemporaryFolder();
        var run = CheckpointedRun.Of("classifier").With(training => training with { Shards = 4, CheckpointPath = folder["state"] });
        Run(run, 2, cancelsAfter: 20);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => run.With(training => training with { Shards = 2 }).Run());

        StringAssert.Contains(failure.Message, "other options");
        Assert.AreEqual(TrainingStop.Completed, run.Run().Report.StopReason);
    }

    [TestMethod]
    public void MoreRanksThanShardsAreRefused()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ThreadGroup.Run(3, group =>
        {
            new TrainingOptions { Shards = 2, Group = group }.Validate();
            return 0;
        }));

        StringAssert.Contains(failure.Message, "Shards is 2, and the Group has 3 ranks");
    }

    [TestMethod]
    public void ProgressIsToldOfOnRankZeroOnly()
    {
        var told = ThreadGroup.Run(2, group =>
        {
            var count = 0;
            var run = CheckpointedRun.Of("classifier");
            run.Train(run.Training with { Shards = 2, Group = group, MaximumEpochs = 2 }, new Listener(_ => count++), default);
            return count;
        });

        Assert.IsTrue(told[0] >= 2);
        Assert.AreEqual(0, told[1]);
    }

    /// <summary>Trains on ranks; rank 0 cancels when it has exchanged so many messages.</summary>
    private static (byte[] Model, TrainingReport Report)[] Run(CheckpointedRun run, int ranks, int cancelsAfter) => ThreadGroup.Run(ranks, group =>
    {
        using var source = new CancellationTokenSource();
        var counted = new CountingGroup(group, exchanges =>
        {
            if (group.Rank == 0 && exchanges == cancelsAfter)
                source.Cancel();
        });
        return run.Train(run.Training with { Group = counted }, null, source.Token);
    });

    /// <summary>A group that tells how many exchanges it has done.</summary>
    private sealed class CountingGroup(IGradientGroup group, Action<int> told) : IGradientGroup
    {
        private int _count;

        public int Rank => group.Rank;

        public int Size => group.Size;

        public void Exchange(ReadOnlySpan<byte> send, Span<byte> receive, int peer)
        {
            told(++_count);
            group.Exchange(send, receive, peer);
        }

        public void Broadcast(Span<byte> data, int root) => group.Broadcast(data, root);

        public void Barrier() => group.Barrier();
    }
}
