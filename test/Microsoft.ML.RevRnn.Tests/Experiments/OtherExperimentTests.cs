using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>Experiments on other things than classes.</summary>
[TestClass]
public sealed class OtherExperimentTests
{
    private static readonly MLContext _context = new(seed: 1);

    [TestMethod]
    public void TrueAndFalse()
    {
        using var folder = new TemporaryFolder();
        var settings = new RevRnnBinaryExperimentSettings
        {
            MaxModels = 3,
            Options = Small.Binary(),
            SearchSpace = SmallExperiment.Space,
            Halving = new() { MaximumEpochs = 3 },
            OptimizingMetric = BinaryClassificationMetric.AreaUnderRocCurve,
            CheckpointDirectory = folder.File("experiment"),
        };
        settings.AddRival("linear", _context.Transforms.Text.FeaturizeText("Features", "Text")
            .Append(_context.BinaryClassification.Trainers.SdcaNonCalibrated(nameof(MixedText.HasMetal))));
        var validation = Trained.Mixed(count: 100, seed: 4);

        var result = _context.BinaryClassification.CreateRevRnnExperiment(settings).Execute(Trained.Mixed(), validation);

        var network = result.BestNetwork!;
        var expected = _context.BinaryClassification.Evaluate(network.Model!.Transform(validation), nameof(MixedText.HasMetal));
        Assert.AreEqual(expected.AreaUnderRocCurve, network.Metric!.Value, 1e-12);
        Assert.AreEqual(expected.Accuracy, network.ValidationMetrics!.Accuracy);
        Assert.AreEqual(expected.F1Score, network.ValidationMetrics.F1Score, 1e-12);
        CollectionAssert.AreEqual(expected.ConfusionMatrix.Counts[0].ToArray(), network.ValidationMetrics.ConfusionMatrix.Counts[0].ToArray());
        CollectionAssert.AreEqual(expected.ConfusionMatrix.PerClassPrecision.ToArray(), network.ValidationMetrics.ConfusionMatrix.PerClassPrecision.ToArray());
        var rival = result.RunDetails[^1];
        Assert.AreEqual(TrialState.Finished, rival.State, rival.Exception?.Message);
        Assert.AreEqual(result.RunDetails.Max(run => run.Metric), result.BestRun.Metric);

        var again = _context.BinaryClassification.CreateRevRnnExperiment(settings).Execute(Trained.Mixed(), validation);

        Assert.AreEqual(result.BestRun.ValidationMetrics!.F1Score, again.BestRun.ValidationMetrics!.F1Score);
        Assert.IsNotNull(again.RunDetails[^1].Model);
    }

    [TestMethod]
    public void LanguageModels()
    {
        var settings = new RevRnnLanguageModelExperimentSettings
        {
            MaxModels = 3,
            Options = Small.LanguageModel(),
            SearchSpace = SmallExperiment.Space with { TokenKind = [TokenKind.Words, TokenKind.Characters] },
            Halving = new() { MaximumEpochs = 3 },
            RefitsOnAllRows = true,
        };
        var validation = Trained.Data(count: 20, seed: 4);

        var result = _context.Transforms.Text.CreateRevLanguageModelExperiment(settings).Execute(Trained.Data(), validation);

        var expected = ((RevLanguageModelTransformer)result.BestRun.Model!).Evaluate(validation);
        Assert.AreEqual(expected, result.BestRun.ValidationMetrics);
        Assert.AreEqual(result.RunDetails.Min(run => run.Metric), result.BestRun.Metric);
        Assert.AreEqual(expected.BitsPerCharacter, result.BestRun.Metric);
        Assert.IsNull(((RevLanguageModelTransformer)result.RefitModel!).Report!.Epochs[0].ValidationLoss);
    }

    [TestMethod]
    public void CellsThatCannotBeReversedAreCompared()
    {
        var settings = SmallExperiment.Settings(maxModels: 6);
        settings.SearchSpace = SmallExperiment.Space with { Cell = [CellKind.Elman, CellKind.LeakyElman, CellKind.NestedLstm] };

        var result = SmallExperiment.Execute(settings);

        Assert.IsTrue(result.RunDetails.All(run => run.State is TrialState.Finished or TrialState.Stopped));
        Assert.IsGreaterThan(1, result.RunDetails.Select(run => run.TrainerName).Distinct().Count());
        Assert.IsFalse(((RevRnnClassificationOptions)result.BestRun.Options!).Network.Cell.IsReversible());
    }

    [TestMethod]
    public void AClassifierMayStartFromALanguageModel()
    {
        var settings = SmallExperiment.Settings(maxModels: 4);
        settings.SearchSpace = new() { Cell = [CellKind.RevLstm, CellKind.RevGru], Bidirectional = [false, true], LanguageModel = [null, Trained.LanguageModel] };

        var result = SmallExperiment.Execute(settings);

        Assert.IsTrue(result.RunDetails.All(run => run.State is TrialState.Finished or TrialState.Stopped));
        var started = result.RunDetails.Where(run => run.Setting.Single(value => value.Key == "LanguageModel").Value == "model 2").ToArray();
        Assert.IsNotEmpty(started);
        Assert.IsTrue(started.All(run => run.TrainerName == "RevLstm" && ((RevRnnClassificationOptions)run.Options!).LanguageModel == Trained.LanguageModel));
    }
}
