using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Columns of weights and sampling keys, class weights and label smoothing.</summary>
[TestClass]
public sealed class ExampleColumnTests
{
    [TestMethod]
    public void RowsThatWeighNothingTeachNothing()
    {
        foreach (var fit in (Func<IDataView, bool, byte[]>[])[FitClassifier, FitBinary, FitMultiLabel, FitTagger])
        {
            var rows = WeighedText.Rows(60, i => i % 4 == 1 ? 0 : 2);
            // Words of their own too.
            rows[1].Text = "words that occur nowhere else";
            rows[1].Tags = ["metal", "fruit", "metal", "fruit", "metal"];

            CollectionAssert.AreEqual(fit(WeighedText.View(rows.Where(row => row.Weight > 0)), false), fit(WeighedText.View(rows), true));
            var other = WeighedText.View(WeighedText.Rows(60, i => i % 4 == 1 ? 5 : 1));
            CollectionAssert.AreNotEqual(fit(other, false), fit(other, true));
        }
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(-1f)]
    [DataRow(float.PositiveInfinity)]
    public void AWrongWeightIsNamedByItsRow(float weight)
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => FitClassifier(WeighedText.View(WeighedText.Rows(20, i => i == 7 ? weight : 1)), true));

        StringAssert.Contains(failure.Message, "row 7");
        StringAssert.Contains(failure.Message, "'Weight'");
    }

    [TestMethod]
    public void ColumnsMustBeThereAndOfTheirType()
    {
        var view = WeighedText.View(WeighedText.Rows(20));
        foreach (var column in (string[])["Missing", "Text", "Flags"])
        {
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer(new() { ExampleWeightColumnName = column }).Fit(view));
            StringAssert.Contains(failure.Message, column);
        }
        foreach (var column in (string[])["Missing", "Flags"])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer(new() { SamplingKeyColumnName = column }).Fit(view));
        Assert.ThrowsExactly<InvalidOperationException>(() => FitClassifier(WeighedText.View(WeighedText.Rows(20, _ => 0)), true));
        Assert.ThrowsExactly<ArgumentException>(() => Trainer(new() { ExampleWeightColumnName = " " }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer(new() { LabelSmoothing = 0.6f }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer(new() { LabelSmoothing = float.NaN }));
    }

    [TestMethod]
    public void BalancedWeightsAreThoseOfTheClassesNumbers()
    {
        var rows = WeighedText.Rows(60);
        var balanced = rows.GroupBy(row => row.Label).ToDictionary(group => group.Key, group => (float)(60.0 / rows.Select(row => row.Label).Distinct().Count() / group.Count()));

        CollectionAssert.AreEqual(Fit(ClassWeights.Of(balanced)), Fit(ClassWeights.Balanced));
        CollectionAssert.AreNotEqual(Fit(null), Fit(ClassWeights.Balanced));
        // What is not named weighs 1.
        CollectionAssert.AreEqual(Fit(null), Fit(ClassWeights.Of(new Dictionary<string, float> { ["metal"] = 1 })));

        byte[] Fit(ClassWeights? weights)
        {
            var options = Small.Classification();
            options.Training = options.Training with { ValidationFraction = 0 };
            options.ClassWeights = weights;
            return ModelFileImage.ContentWithoutReport(Trainer(options, shrunk: true).Fit(WeighedText.View(rows)));
        }
    }

    [TestMethod]
    public void ClassesAreNamedByTheirValues()
    {
        var view = WeighedText.View(WeighedText.Rows(40));
        var unknown = ClassWeights.Of(new Dictionary<string, float> { ["mineral"] = 2 });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Trainer(new() { ClassWeights = unknown }).Fit(view)).Message, "'mineral'");

        var options = Small.Binary();
        options.ClassWeights = ClassWeights.Of(new Dictionary<string, float> { ["True"] = 5 });
        var model = new MLContext(seed: 1).BinaryClassification.Trainers.RevGru(options).Fit(view);
        options.ClassWeights = null;
        var plain = new MLContext(seed: 1).BinaryClassification.Trainers.RevGru(options).Fit(view);
        Assert.AreNotEqual(plain.Report!.Epochs[0].Loss, model.Report!.Epochs[0].Loss);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClassWeights.Of(new Dictionary<string, float> { ["True"] = -1 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClassWeights.Of(new Dictionary<string, float> { ["True"] = float.NaN }));
    }

    /// <summary>The validation loss is that of the rows of two of the ten authors.</summary>
    [TestMethod]
    public void RowsOfTheSameKeyAreHeldBackTogether()
    {
        var rows = WeighedText.Rows(60);
        var options = Small.Classification();
        options.SamplingKeyColumnName = "Author";
        options.Training = options.Training with { MaximumEpochs = 1, ValidationFraction = 0.25f };
        var model = Trainer(options, shrunk: true).Fit(WeighedText.View(rows));

        var losses = (from one in Enumerable.Range(0, 10) from other in Enumerable.Range(one + 1, 9 - one) select LossOf(one, other)).ToArray();
        Assert.AreEqual(1, losses.Count(loss => Math.Abs(loss - model.Report!.Epochs[0].ValidationLoss!.Value) < 1e-6));

        double LossOf(int one, int other) => Trained.Context.MulticlassClassification.Evaluate(
            model.Transform(WeighedText.View(rows.Where((_, i) => i % 10 == one || i % 10 == other)))).LogLoss;
    }

    /// <summary>Learned to the end, a probability is not 1 but what smoothing makes of it.</summary>
    [TestMethod]
    public void SmoothingIsHeard()
    {
        var view = WeighedText.View(WeighedText.Rows(60));
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 40, ValidationFraction = 0 };
        options.LabelSmoothing = 0.4f;
        var report = Trainer(options, shrunk: true).Fit(view).Report!;

        var entropy = -(0.7 * Math.Log(0.7) + 3 * 0.1 * Math.Log(0.1));
        Assert.AreEqual(1, report.Epochs[^1].Accuracy, 0.1);
        Assert.IsTrue(report.Epochs[^1].Loss > entropy - 1e-6, $"{report.Epochs[^1].Loss}");
        Assert.AreEqual(entropy, report.Epochs[^1].Loss, 0.1);
    }

    private static byte[] FitClassifier(IDataView data, bool weighs)
        => ModelFileImage.ContentWithoutReport(Trainer(With(Small.Classification(), weighs), shrunk: true).Fit(data));

    private static byte[] FitBinary(IDataView data, bool weighs)
        => ModelFileImage.ContentWithoutReport(new MLContext(seed: 1).BinaryClassification.Trainers.RevLstm(With(Small.Binary(), weighs)).Fit(data));

    private static byte[] FitMultiLabel(IDataView data, bool weighs)
        => ModelFileImage.ContentWithoutReport(new MLContext(seed: 1).MulticlassClassification.Trainers.RevLstmMultiLabel(With(Small.MultiLabel(), weighs)).Fit(data));

    private static byte[] FitTagger(IDataView data, bool weighs)
        => ModelFileImage.ContentWithoutReport(new MLContext(seed: 1).MulticlassClassification.Trainers.RevLstmTagger(With(Small.Tagging(), weighs)).Fit(data));

    private static TOptions With<TOptions>(TOptions options, bool weighs)
        where TOptions : RevRnnTrainerOptions
    {
        options.TextColumnName = "Text";
        options.ExampleWeightColumnName = weighs ? "Weight" : null;
        options.Training = options.Training with { MaximumEpochs = 2 };
        return options;
    }

    private static RevRnnClassificationTrainer Trainer(RevRnnClassificationOptions options, bool shrunk = false)
    {
        if (!shrunk)
            (options.Network, options.Training) = (Small.Classification().Network, Small.Classification().Training);
        return new MLContext(seed: 1).MulticlassClassification.Trainers.RevLstm(options);
    }
}
