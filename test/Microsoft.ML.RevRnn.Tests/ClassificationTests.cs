using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The main job, in pipelines.</summary>
[TestClass]
public sealed class ClassificationTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void LearnsInAPipeline(CellKind cell)
    {
        var trainers = _context.MulticlassClassification.Trainers;
        var trainer = cell == CellKind.RevLstm ? trainers.RevLstm(Small.Classification()) : trainers.RevGru(Small.Classification());
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(trainer)
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(Load(TestData.Rows(90)));

        var test = TestData.Rows(30, seed: 2);
        var scored = model.Transform(Load(test));
        CollectionAssert.AreEqual(test.Select(row => row.Label).ToArray(), scored.GetColumn<string>("PredictedLabel").ToArray());
        foreach (var scores in scored.GetColumn<float[]>("Score"))
        {
            Assert.HasCount(3, scores);
            Assert.AreEqual(1, scores.Sum(), 1e-5);
        }
    }

    [TestMethod]
    public void EvaluatesWithNamedClasses()
    {
        var metrics = _context.MulticlassClassification.Evaluate(Trained.Classifier.Transform(Trained.Keyed(30, seed: 2)));

        Assert.AreEqual(1.0, metrics.MicroAccuracy);
        Assert.IsLessThan(0.3, metrics.LogLoss);
        Assert.AreEqual(3, metrics.ConfusionMatrix.NumberOfClasses);
    }

    [TestMethod]
    public void CrossValidates()
    {
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()));

        var folds = _context.MulticlassClassification.CrossValidate(Load(TestData.Rows(90)), pipeline, numberOfFolds: 2);

        foreach (var fold in folds)
            Assert.IsGreaterThan(0.9, fold.Metrics.MicroAccuracy);
    }

    [TestMethod]
    public void AnUnseenLabelIsNoErrorAtEvaluation()
    {
        var model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.RevLstm(Small.Classification()))
            .Fit(Load(TestData.Rows(60)));

        IReadOnlyList<LabelledText> rows = [.. TestData.Rows(12, seed: 2), new() { Text = "a cat", Label = "animal" }];
        var metrics = _context.MulticlassClassification.Evaluate(model.Transform(Load(rows)));

        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
    }

    [TestMethod]
    public void EmptyAndNullTextsArePredicted()
    {
        IReadOnlyList<LabelledText> rows = [new() { Text = "" }, new() { Text = null }, new() { Text = "   " }];

        var scores = Trained.Classifier.Transform(Load(rows)).GetColumn<float[]>("Score").ToArray();

        foreach (var score in scores)
        {
            Assert.AreEqual(1, score.Sum(), 1e-5);
            Assert.AreEqual(Bits.Line(scores[0]), Bits.Line(score));
        }
    }

    [TestMethod]
    public void EmptyAndNullTextsAreTrainedOn()
    {
        IReadOnlyList<LabelledText> rows = [.. TestData.Rows(30), new() { Text = "", Label = "fruit" }, new() { Text = null, Label = "metal" }];
        var data = Load(rows);
        data = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

        var model = _context.MulticlassClassification.Trainers.RevGru(Small.Classification()).Fit(data);

        Assert.HasCount(8, model.Report!.Epochs);
    }

    /// <summary>Far longer than any text in training, and all of one kind, so that the state grows and grows.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AVeryLongTextIsPredicted(CellKind cell)
    {
        var trainers = _context.MulticlassClassification.Trainers;
        var trainer = cell == CellKind.RevLstm ? trainers.RevLstm(Small.Classification()) : trainers.RevGru(Small.Classification());

        var model = trainer.Fit(Trained.Keyed());

        var scored = model.Transform(Load([new() { Text = string.Join(' ', Enumerable.Repeat("snow", 5000)) }]));

        Assert.AreEqual(1, scored.GetColumn<float[]>("Score").Single().Sum(), 1e-5);
    }

    [TestMethod]
    public void KeyVectorsAreTokens()
    {
        var options = Small.Classification();
        options.TextColumnName = "Words";
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Conversion.MapValueToKey("Words"))
            .Append(_context.MulticlassClassification.Trainers.RevLstm(options))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(Load(TestData.Rows(90)));

        var test = TestData.Rows(30, seed: 2);
        CollectionAssert.AreEqual(
            test.Select(row => row.Label).ToArray(), model.Transform(Load(test)).GetColumn<string>("PredictedLabel").ToArray());
        // No token at all, and one that was never seen: a missing key.
        var odd = model.Transform(Load([new() { Words = [] }, new() { Words = ["unheard-of"] }])).GetColumn<float[]>("Score").ToArray();
        Assert.HasCount(2, odd);
        Assert.AreNotEqual(Bits.Line(odd[0]), Bits.Line(odd[1]));
    }

    [TestMethod]
    public void OtherColumnNames()
    {
        var options = Small.Classification();
        options.LabelColumnName = "Class";
        options.TextColumnName = "Content";
        options.ScoreColumnName = "Probabilities";
        options.PredictedLabelColumnName = "Guess";
        var model = _context.Transforms.Conversion.MapValueToKey("Class", "Label")
            .Append(_context.Transforms.CopyColumns("Content", "Text"))
            .Append(_context.MulticlassClassification.Trainers.RevLstm(options))
            .Fit(Load(TestData.Rows(60)));

        var metrics = _context.MulticlassClassification.Evaluate(
            model.Transform(Load(TestData.Rows(30, seed: 2))), "Class", "Probabilities", "Guess");

        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
    }

    [TestMethod]
    public void RowsWithoutLabelAreSkippedWithAWarning()
    {
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        var rows = new RowsView(2, ("a b", 1), ("c d", 2), ("e", 0), ("a b", 1), ("c d", 2));

        var model = _context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(rows);

        Assert.IsNotNull(model.Report);
        Assert.AreEqual(4, rows.TextsRead, "The text of a row without label need not be read.");
        Assert.AreEqual(1, rows.Cursors, "Fit reads the data once.");
        CollectionAssert.Contains(warnings, "Skipped 1 rows without a value in the label column 'Label'.");
    }

    [TestMethod]
    public void ClassesWithoutTrainingRowsAndWithoutNames()
    {
        var model = _context.MulticlassClassification.Trainers.RevLstm(Small.Classification())
            .Fit(new RowsView(5, [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? ("a b", 2u) : ("c d", 5u))]));

        var scored = model.Transform(new RowsView(5, ("a b", 0), ("c d", 0)));

        CollectionAssert.AreEqual(new uint[] { 2, 5 }, scored.GetColumn<uint>("PredictedLabel").ToArray());
        Assert.AreEqual(5, model.ClassCount);
        Assert.IsNull(scored.Schema["Score"].Annotations.Schema.GetColumnOrNull("SlotNames"));
    }

    private IDataView Load(IEnumerable<LabelledText> rows) => _context.Data.LoadFromEnumerable(rows);
}
