using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>What an experiment does, and what it gives.</summary>
[TestClass]
public sealed class ExperimentTests
{
    private static readonly MLContext _context = new(seed: 1);

    [TestMethod]
    public void ItGivesTheBestRunAndItsModel()
    {
        var events = new List<ExperimentEvent>();
        var settings = SmallExperiment.Settings();
        settings.Progress = new EventListener<ExperimentEvent>(events.Add);
        var told = new List<RunDetail>();

        var result = SmallExperiment.Execute(settings, progress: new EventListener<RunDetail<MulticlassClassificationMetrics>>(told.Add));

        Assert.AreEqual(ExperimentEnd.AllModels, result.End);
        CollectionAssert.AreEqual(Enumerable.Range(0, 6).ToArray(), result.RunDetails.Select(run => run.TrialId!.Value).ToArray());
        Assert.AreEqual(result.RunDetails.Max(run => run.Metric), result.BestRun.Metric);
        Assert.AreSame(result.BestRun, result.BestNetwork);
        Assert.IsTrue(result.RunDetails.All(run => (run.Model != null) == (run == result.BestRun)));
        Assert.AreEqual(120, result.TrainingRowCount + result.ValidationRowCount);
        // Four of the first bracket begin, two go on, one of them to the end; the second bracket has two.
        CollectionAssert.AreEqual(
            new[] { "4 1 [2]", "2 2 [1]", "1 4 [0]", "2 1 [1]", "1 2 [1]", "1 4 [0]" },
            events.OfType<RungEnded>().Select(rung => $"{rung.Promoted.Count + rung.Eliminated.Count} {rung.Epochs} [{rung.Promoted.Count}]").ToArray());
        Assert.HasCount(4 + 2 + 1 + 2 + 1 + 1, told);
        Assert.IsInstanceOfType<ExperimentStarted>(events[0]);
        Assert.IsInstanceOfType<ExperimentEnded>(events[^1]);
    }

    /// <summary>Those that an experiment works out of tokens that it knows already are those that ML.NET makes of the model and the rows.</summary>
    [TestMethod]
    public void MetricsAreThoseOfTheModelOnTheValidationRows()
    {
        var validation = Trained.Data(count: 40, seed: 5);
        var result = _context.MulticlassClassification.CreateRevRnnExperiment(SmallExperiment.Settings(maxModels: 2)).Execute(Trained.Data(count: 80), validation);
        var best = result.BestRun;
        var keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(Trained.Data(count: 80)).Transform(validation);

        var expected = _context.MulticlassClassification.Evaluate(SmallExperiment.Network(best.Model!).Transform(keyed));

        Assert.AreEqual(expected.MicroAccuracy, best.ValidationMetrics!.MicroAccuracy);
        Assert.AreEqual(expected.MacroAccuracy, best.ValidationMetrics.MacroAccuracy);
        Assert.AreEqual(expected.LogLoss, best.ValidationMetrics.LogLoss, 1e-12);
        Assert.AreEqual(expected.LogLossReduction, best.ValidationMetrics.LogLossReduction, 1e-12);
        CollectionAssert.AreEqual(expected.PerClassLogLoss.ToArray(), best.ValidationMetrics.PerClassLogLoss.ToArray());
        for (var i = 0; i < 3; i++)
            CollectionAssert.AreEqual(expected.ConfusionMatrix.Counts[i].ToArray(), best.ValidationMetrics.ConfusionMatrix.Counts[i].ToArray());
        CollectionAssert.AreEqual(expected.ConfusionMatrix.PerClassPrecision.ToArray(), best.ValidationMetrics.ConfusionMatrix.PerClassPrecision.ToArray());
        CollectionAssert.AreEqual(expected.ConfusionMatrix.PerClassRecall.ToArray(), best.ValidationMetrics.ConfusionMatrix.PerClassRecall.ToArray());
    }

    [TestMethod]
    public void TheModelReadsDataAsTheyWereGivenAndTheEstimatorMakesItAgain()
    {
        var result = SmallExperiment.Execute(SmallExperiment.Settings(maxModels: 2));

        foreach (var model in new[] { result.BestRun.Model!, result.BestRun.Estimator.Fit(Trained.Data()) })
        {
            using var engine = _context.Model.CreatePredictionEngine<LabelledText, Prediction>(model);
            Assert.Contains(engine.Predict(new LabelledText { Text = "the iron and zinc" }).PredictedLabel, TestData.Labels);
        }
    }

    [TestMethod]
    public void TheFirstSettingIsThatOfTheOptions()
    {
        var settings = SmallExperiment.Settings(maxModels: 1);
        settings.Options.Network = settings.Options.Network with { Cell = CellKind.RevGru, HiddenSize = 8 };

        var options = SmallExperiment.Execute(settings).BestRun.Options!;

        Assert.AreEqual(settings.Options.Network, options.Network);
        Assert.AreEqual(settings.Options.Training with { MaximumEpochs = 4, Seed = 3 }, options.Training);
    }

    [TestMethod]
    public void DataAreReadOnce()
    {
        var rows = new RowsView(3, [.. TestData.Rows(90).Select((row, i) => (row.Text!, (uint)(i % 3) + 1))]);

        SmallExperiment.Execute(SmallExperiment.Settings(), rows);

        Assert.AreEqual(90, rows.TextsRead);
    }

    [TestMethod]
    public void RivalsAreRankedBeside()
    {
        var settings = SmallExperiment.Settings(maxModels: 2);
        settings.AddRival("linear", _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.Text.FeaturizeText("Features", "Text"))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy()));
        settings.AddRival("linear of keys", _context.Transforms.Text.FeaturizeText("Features", "Text").Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy()));
        settings.AddRival("broken", _context.Transforms.Text.FeaturizeText("Features", "NoSuchColumn"));

        var result = SmallExperiment.Execute(settings);

        var rivals = result.RunDetails.Where(run => run.TrialId == null).ToArray();
        CollectionAssert.AreEqual(new[] { "linear", "linear of keys", "broken" }, rivals.Select(run => run.TrainerName).ToArray());
        foreach (var rival in rivals[..2])
        {
            Assert.AreEqual(TrialState.Finished, rival.State, rival.Exception?.Message);
            Assert.IsGreaterThan(0.5, rival.ValidationMetrics!.MicroAccuracy);
            // Of data as they were given.
            Assert.IsGreaterThan(0.5, _context.MulticlassClassification.Evaluate(rival.Model!.Transform(Trained.Data(count: 30, seed: 8))).MicroAccuracy);
        }
        Assert.AreEqual(TrialState.Failed, rivals[2].State);
        StringAssert.Contains(rivals[2].Exception!.Message, "NoSuchColumn");
        Assert.AreEqual(result.RunDetails.Max(run => run.Metric), result.BestRun.Metric);
        Assert.IsNotNull(result.BestNetwork);
        Assert.ThrowsExactly<ArgumentException>(() => settings.AddRival("linear", _context.Transforms.CopyColumns("A", "B")));
    }

    [TestMethod]
    public void ABadSettingFailsByItself()
    {
        var settings = SmallExperiment.Settings(maxModels: 3);
        settings.SearchSpace = new() { HiddenSize = [16, 15, 8] };
        settings.Halving = new() { MaximumEpochs = 1, Width = 3 };

        var result = SmallExperiment.Execute(settings);

        var failed = result.RunDetails.Single(run => run.State == TrialState.Failed);
        StringAssert.Contains(failed.Exception!.Message, "HiddenSize must be even");
        Assert.IsNull(failed.ValidationMetrics);
        Assert.HasCount(2, result.RunDetails.Where(run => run.State == TrialState.Finished));
    }

    [TestMethod]
    public void WhereAllFailItSaysWhy()
    {
        var settings = SmallExperiment.Settings();
        settings.SearchSpace = new() { HiddenSize = [15, 13] };

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => SmallExperiment.Execute(settings));

        StringAssert.Contains(failure.Message, "HiddenSize must be even");
    }

    [TestMethod]
    public void AllRowsAreTrainedOnInTheEndWhereThatIsAskedFor()
    {
        var settings = SmallExperiment.Settings(maxModels: 2);
        settings.Options.NGrams = new();
        settings.RefitsOnAllRows = true;

        var result = SmallExperiment.Execute(settings);

        var (refit, best) = (SmallExperiment.Network(result.RefitModel!), SmallExperiment.Network(result.BestRun.Model!));
        CollectionAssert.AreNotEqual(SmallExperiment.Bytes(best), SmallExperiment.Bytes(refit));
        Assert.AreEqual(best.Report!.BestEpoch, refit.Report!.Epochs.Count);
        Assert.IsNull(refit.Report.Epochs[0].ValidationLoss);
        Assert.AreEqual(best.Classifier.NGramShare, refit.Classifier.NGramShare);
        Assert.AreEqual(best.Classifier.NetworkShare, refit.Classifier.NetworkShare);
    }

    [TestMethod]
    public void StructuresAreTriedBesideEachOtherAndTheBestOneServes()
    {
        var settings = SmallExperiment.Settings(maxModels: 3);
        settings.SearchSpace = new() { Structure = [NetworkStructure.Sequence, NetworkStructure.BalancedTree, NetworkStructure.MemoryNetwork] };
        settings.Halving = new() { MaximumEpochs = 2, Width = 3 };

        var result = SmallExperiment.Execute(settings);

        CollectionAssert.AreEquivalent(
            new[] { "Sequence", "BalancedTree", "MemoryNetwork" }, result.RunDetails.Select(run => run.Setting.Single(value => value.Key == "Structure").Value).ToArray());
        Assert.IsTrue(result.RunDetails.All(run => run.State != TrialState.Failed && run.Metric is { } metric && double.IsFinite(metric)), string.Join('\n', result.RunDetails.Select(run => run.Exception?.Message)));
        var best = result.BestRun;
        var loaded = ModelFileImage.Load(ModelFileImage.Of(best.Model!).File);
        Assert.AreEqual(best.Options!.Network.Structure, SmallExperiment.Network(loaded).Network.Structure);
        Assert.AreEqual(best.Setting.Single(value => value.Key == "Structure").Value, $"{best.Options.Network.Structure}");
        CollectionAssert.AreEqual(Trained.ScoreBits(best.Model!), Trained.ScoreBits(loaded));
        using var engine = _context.Model.CreatePredictionEngine<LabelledText, Prediction>(loaded);
        Assert.Contains(engine.Predict(new LabelledText { Text = "the iron and zinc" }).PredictedLabel, TestData.Labels);
    }

    [TestMethod]
    public void ASpaceThatIsTriedOutEndsIt()
    {
        var settings = SmallExperiment.Settings(maxModels: 50);
        settings.SearchSpace = new() { HiddenSize = [8, 16], Bidirectional = [false, true] };

        var result = SmallExperiment.Execute(settings);

        Assert.AreEqual(ExperimentEnd.Exhausted, result.End);
        Assert.HasCount(4, result.RunDetails);
    }
}
