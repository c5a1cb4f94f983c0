using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What training tells while it runs, how it is stopped, and its report.</summary>
[TestClass]
public sealed class TrainingTests
{
    [TestMethod]
    public void TheLogHasALineAnEpoch()
    {
        var context = new MLContext(seed: 1);
        var lines = new List<string>();
        context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Info && e.Source.Contains("RevRnnClassificationTrainer"))
                lines.Add(e.RawMessage);
        };

        context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(Trained.Keyed());

        Assert.HasCount(10, lines);
        StringAssert.StartsWith(lines[0], "RevLstm: 60 sequences, ");
        StringAssert.StartsWith(lines[1], "Epoch 1/8: loss ");
        StringAssert.Contains(lines[8], "Epoch 8/8");
        StringAssert.Contains(lines[8], "validation loss");
        StringAssert.Contains(lines[8], "tokens/s");
        StringAssert.StartsWith(lines[9], "Completed after ");
    }

    [TestMethod]
    public void ProgressIsToldToTheListener()
    {
        var progress = new List<TrainingProgress>();
        var options = Small.Classification();
        options.Progress = new Listener(progress.Add);

        new MLContext(seed: 1).MulticlassClassification.Trainers.RevGru(options).Fit(Trained.Keyed());

        CollectionAssert.AreEqual(Enumerable.Range(1, 8).ToArray(), progress.Where(p => p.EpochFraction == 1).Select(p => p.Epoch).ToArray());
        Assert.IsLessThan(progress[0].Loss, progress[^1].Loss);
    }

    [TestMethod]
    public void CancellingGivesTheModelSoFar()
    {
        using var source = new CancellationTokenSource();
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 10_000, Patience = 10_000 };
        options.CancellationToken = source.Token;
        options.Progress = new Listener(p =>
        {
            if (p.Epoch == 3)
                source.Cancel();
        });

        var model = new MLContext(seed: 1).MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());

        Assert.AreEqual(TrainingStop.Cancelled, model.Report!.StopReason);
        Assert.IsLessThan(6, model.Report.Epochs.Count);
        Assert.HasCount(TestData.Probes.Count, Trained.ScoreBits(model));
    }

    [TestMethod]
    public void TheReportCountsWhatReversalCost()
    {
        var report = Trained.Classifier.Report!;

        Assert.HasCount(8, report.Epochs);
        Assert.IsGreaterThan(0, report.PeakActivationBytes);
        Assert.IsGreaterThan(0, report.StoredActivationBytes);
        Assert.IsGreaterThan(0, report.OptimalBits);
        Assert.IsGreaterThanOrEqualTo(report.OptimalBits, report.LostBits);
    }
}
