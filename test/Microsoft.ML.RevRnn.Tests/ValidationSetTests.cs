using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>A validation set of one's own.</summary>
[TestClass]
public sealed class ValidationSetTests
{
    private static readonly WeighedText[] _training = WeighedText.Rows(60);
    private static readonly WeighedText[] _validation = WeighedText.Rows(25, seed: 5);

    [TestMethod]
    public void LabelsAreComparedByValue()
    {
        // Keys in another order, and of more values than the rows have.
        var otherKeys = WeighedText.KeysOf([new() { Label = "unused", Tags = ["weather"] }, .. WeighedText.Rows(300, seed: 8)]);
        var others = otherKeys.Transform(Trained.Context.Data.LoadFromEnumerable(_validation));
        Assert.AreNotEqual(KeyText(WeighedText.View(_validation), "Label"), KeyText(others, "Label"), "The keys do differ.");
        foreach (var fit in (Func<IDataView, RevRnnPredictionTransformer>[])[FitClassifier, FitTagger, FitLabelSets])
        {
            var expected = fit(WeighedText.View(_validation));
            var actual = fit(others);

            CollectionAssert.AreEqual(expected.Report!.Epochs.ToArray(), actual.Report!.Epochs.ToArray());
            Assert.IsNotNull(actual.Report.Epochs[0].ValidationLoss);
        }
    }

    [TestMethod]
    public void ALabelThatIsNotKnownIsNamed()
    {
        WeighedText[] strange = [.. _validation, new() { Text = "steam", Label = "vapour", Tags = ["mist"] }, new() { Text = "ash", Label = "dust", Tags = ["grit"] }];
        var view = WeighedText.KeysOf(strange).Transform(Trained.Context.Data.LoadFromEnumerable(strange));

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => FitClassifier(view));
        StringAssert.Contains(failure.Message, "'vapour', 'dust'");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => FitTagger(view)).Message, "'mist', 'grit'");
        // In the key's values, but in no row.
        Assert.IsNotNull(FitClassifier(Trained.Context.Data.TakeRows(view, 25)));
    }

    [TestMethod]
    public void LabelsOfAnotherTypeCannotBeCompared()
    {
        var context = Trained.Context;
        var numbers = context.Data.LoadFromEnumerable(_validation.Select(row => new { row.Text, Label = row.Label.Length }));
        var view = context.Transforms.Conversion.MapValueToKey("Label").Fit(numbers).Transform(numbers);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => FitClassifier(view)).Message, "cannot be compared");
    }

    /// <summary>After one epoch nothing has been chosen, so the model is that of the training rows alone: in their tokens, and with none held back.</summary>
    [TestMethod]
    public void WhatIsLearnedIsLearnedFromTheTrainingRowsOnly()
    {
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 1, ValidationFraction = 0 };
        var alone = ModelFileImage.ContentWithoutReport(Trainer(options).Fit(WeighedText.View(_training)));
        options.Training = options.Training with { ValidationFraction = 0.5f };
        var withSet = Trainer(options).Fit(WeighedText.View(_training), WeighedText.View([.. _validation, new() { Text = "unheard-of words", Label = "metal" }]));

        CollectionAssert.AreEqual(alone, ModelFileImage.ContentWithoutReport(withSet));
    }

    [TestMethod]
    public void TheValidationLossIsThatOfTheSet()
    {
        var model = FitClassifier(WeighedText.View(_validation));

        Assert.AreEqual(
            Trained.Context.MulticlassClassification.Evaluate(model.Transform(WeighedText.View(_validation))).LogLoss,
            model.Report!.Epochs[model.Report.BestEpoch - 1].ValidationLoss!.Value,
            1e-4);
    }

    [TestMethod]
    public void EveryEstimatorTakesOne()
    {
        var (training, validation) = (WeighedText.View(_training), WeighedText.View(_validation));
        var binary = Trained.Context.BinaryClassification.Trainers.RevGru(Small.Binary()).Fit(training, validation);
        var multiLabel = Trained.Context.MulticlassClassification.Trainers.RevGruMultiLabel(Small.MultiLabel()).Fit(training, validation);
        var features = Trained.Context.Transforms.RevGru(Small.Features()).Fit(training, validation);
        var language = Trained.Context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(training, validation);

        foreach (var report in (TrainingReport[])[binary.Report!, multiLabel.Report!, features.Report!, language.Report!])
            Assert.IsNotNull(report.Epochs[0].ValidationLoss);
        Assert.AreEqual(
            Trained.Context.BinaryClassification.Evaluate(binary.Transform(validation), nameof(WeighedText.HasMetal)).Accuracy,
            binary.Report!.Epochs[binary.Report.BestEpoch - 1].ValidationAccuracy!.Value,
            1e-9);
    }

    [TestMethod]
    public void ASetWithoutRowsOrColumnsIsAnError()
    {
        Assert.ThrowsExactly<InvalidOperationException>(() => FitClassifier(WeighedText.View([])));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FitClassifier(Trained.Texts("a text without a label")));
        Assert.ThrowsExactly<ArgumentNullException>(() => FitClassifier(null!));
    }

    private static RevRnnPredictionTransformer FitClassifier(IDataView validation) => Trainer(Small.Classification()).Fit(WeighedText.View(_training), validation);

    private static RevRnnPredictionTransformer FitTagger(IDataView validation)
    {
        var options = Small.Tagging();
        options.TextColumnName = "Text";
        return new MLContext(seed: 1).MulticlassClassification.Trainers.RevGruTagger(options).Fit(WeighedText.View(_training), validation);
    }

    private static RevRnnPredictionTransformer FitLabelSets(IDataView validation)
    {
        var options = Small.MultiLabel();
        options.LabelColumnName = "Tags";
        return new MLContext(seed: 1).MulticlassClassification.Trainers.RevGruMultiLabel(options).Fit(WeighedText.View(_training), validation);
    }

    private static RevRnnClassificationTrainer Trainer(RevRnnClassificationOptions options) => new MLContext(seed: 1).MulticlassClassification.Trainers.RevLstm(options);

    private static string KeyText(IDataView view, string column)
    {
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        view.Schema[column].GetKeyValues(ref values);
        return string.Join(' ', values.DenseValues());
    }
}
