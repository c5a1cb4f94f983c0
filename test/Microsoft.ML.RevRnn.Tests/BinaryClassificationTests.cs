using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Yes or no of a text, in pipelines and in ML.NET's evaluators.</summary>
[TestClass]
public sealed class BinaryClassificationTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void Learns(CellKind cell)
    {
        var trainers = _context.BinaryClassification.Trainers;
        var trainer = cell == CellKind.RevLstm ? trainers.RevLstm(Small.Binary()) : trainers.RevGru(Small.Binary());

        var model = trainer.Fit(Trained.Mixed());

        Assert.AreEqual(cell, model.Network.Cell);
        var metrics = _context.BinaryClassification.Evaluate(model.Transform(Trained.Mixed(seed: 2)), "HasMetal");
        Assert.IsGreaterThan(0.95, metrics.Accuracy);
        Assert.IsGreaterThan(0.95, metrics.AreaUnderRocCurve);
        Assert.IsLessThan(0.4, metrics.LogLoss);
        Assert.IsGreaterThan(0.95, _context.BinaryClassification.EvaluateNonCalibrated(model.Transform(Trained.Mixed(seed: 2)), "HasMetal").Accuracy);
    }

    [TestMethod]
    public void TheProbabilityIsTheScoresSigmoidAndTheLabelItsSign()
    {
        var scored = Trained.Binary.Transform(Trained.Mixed(seed: 2));
        var scores = scored.GetColumn<float>("Score").ToArray();
        var probabilities = scored.GetColumn<float>("Probability").ToArray();

        for (var i = 0; i < scores.Length; i++)
            Assert.AreEqual(1 / (1 + Math.Exp(-scores[i])), probabilities[i], 1e-6);
        CollectionAssert.AreEqual(scores.Select(score => score > 0).ToArray(), scored.GetColumn<bool>("PredictedLabel").ToArray());
        Assert.IsTrue(scores.Min() < -1 && scores.Max() > 1, "The scores are no probabilities.");
    }

    [TestMethod]
    public void EvaluatorsCountOurPredictedLabels()
    {
        var scored = Trained.Binary.Transform(Trained.Mixed(seed: 4));
        var right = scored.GetColumn<bool>("HasMetal").Zip(scored.GetColumn<bool>("PredictedLabel")).Count(pair => pair.First == pair.Second);

        Assert.AreEqual(right / 300.0, _context.BinaryClassification.Evaluate(scored, "HasMetal").Accuracy, 1e-12);
        Assert.AreEqual(right / 300.0, _context.BinaryClassification.EvaluateNonCalibrated(scored, "HasMetal").Accuracy, 1e-12);
    }

    [TestMethod]
    public void CrossValidates()
    {
        var trainer = _context.BinaryClassification.Trainers.RevGru(Small.Binary());

        var folds = _context.BinaryClassification.CrossValidate(Trained.Mixed(300), trainer, numberOfFolds: 2, labelColumnName: "HasMetal");
        var plain = _context.BinaryClassification.CrossValidateNonCalibrated(Trained.Mixed(300), trainer, numberOfFolds: 2, labelColumnName: "HasMetal");

        foreach (var (fold, other) in folds.Zip(plain))
        {
            Assert.IsGreaterThan(0.95, fold.Metrics.Accuracy);
            Assert.AreEqual(fold.Metrics.Accuracy, other.Metrics.Accuracy);
        }
    }

    [TestMethod]
    public void ACalibratorTakesOurScores()
    {
        var calibrator = _context.BinaryClassification.Calibrators.Platt("HasMetal");

        var model = _context.BinaryClassification.Trainers.RevLstm(Small.Binary()).Append(calibrator).Fit(Trained.Mixed());

        var calibrated = model.Transform(Trained.Mixed(seed: 2));
        var ours = Trained.Binary.Transform(Trained.Mixed(seed: 2)).GetColumn<float>("Probability");
        CollectionAssert.AreNotEqual(ours.ToArray(), calibrated.GetColumn<float>("Probability").ToArray());
        Assert.IsGreaterThan(0.95, _context.BinaryClassification.Evaluate(calibrated, "HasMetal").Accuracy);
    }

    [TestMethod]
    public void OtherColumnNames()
    {
        var options = Small.Binary();
        options.LabelColumnName = "Answer";
        options.TextColumnName = "Content";
        options.ScoreColumnName = "LogOdds";
        options.ProbabilityColumnName = "P";
        options.PredictedLabelColumnName = "Guess";
        var copy = _context.Transforms.CopyColumns("Answer", "HasMetal").Append(_context.Transforms.CopyColumns("Content", "Text"));

        var scored = copy.Append(_context.BinaryClassification.Trainers.RevLstm(options)).Fit(Trained.Mixed()).Transform(Trained.Mixed(seed: 2));

        Assert.IsGreaterThan(0.95, _context.BinaryClassification.Evaluate(scored, "Answer", "LogOdds", "P", "Guess").Accuracy);
        Assert.IsNull(scored.Schema.GetColumnOrNull("Probability"));
    }

    [TestMethod]
    public void KeyVectorsAreTokens()
    {
        var options = Small.Binary();
        options.TextColumnName = "Words";

        var model = _context.BinaryClassification.Trainers.RevLstm(options).Fit(Trained.Tagged());

        Assert.IsGreaterThan(0.95, _context.BinaryClassification.Evaluate(model.Transform(Trained.Tagged(seed: 2)), "HasMetal").Accuracy);
    }

    [TestMethod]
    public void PredictionEnginesPredictWhatViewsDo()
    {
        using var engine = _context.Model.CreatePredictionEngine<MixedText, BinaryPrediction>(Trained.Binary);
        var probabilities = Bits.Lines(Trained.Binary.Transform(Trained.Mixed(20, seed: 2)), "Probability");

        foreach (var (row, i) in TestData.MixedRows(20, seed: 2).Select((row, i) => (row, i)))
        {
            var prediction = engine.Predict(row);
            Assert.AreEqual(probabilities[i], Bits.Line([prediction.Probability]));
            Assert.AreEqual(prediction.Score > 0, prediction.PredictedLabel);
        }
    }

    [TestMethod]
    public void OneLabelOnly()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new MixedText { Text = "a", HasMetal = true }, new MixedText { Text = "b", HasMetal = true } });

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => _context.BinaryClassification.Trainers.RevLstm(Small.Binary()).Fit(data));

        StringAssert.Contains(failure.Message, "All rows have the same value in the label column 'HasMetal'");
    }

    [TestMethod]
    [DataRow("Id", "The label column 'Id' is Int32; it must be Boolean.")]
    [DataRow("Flags", "The label column 'Flags' is Vector<Boolean>; it must be Boolean.")]
    [DataRow("Nowhere", "no column 'Nowhere'")]
    public void ALabelOfAWrongTypeIsNamed(string column, string message)
    {
        var options = Small.Binary();
        options.LabelColumnName = column;

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.BinaryClassification.Trainers.RevGru(options).Fit(Trained.Mixed()));

        StringAssert.Contains(failure.Message, message);
    }

    [TestMethod]
    [DataRow("X", "X", "Y", nameof(RevRnnBinaryClassificationOptions.ProbabilityColumnName))]
    [DataRow("X", "Y", "X", nameof(RevRnnBinaryClassificationOptions.PredictedLabelColumnName))]
    [DataRow("Y", "X", "X", nameof(RevRnnBinaryClassificationOptions.PredictedLabelColumnName))]
    [DataRow("X", "", "Y", nameof(RevRnnBinaryClassificationOptions.ProbabilityColumnName))]
    public void OutputColumnsHaveNamesThatDiffer(string score, string probability, string predictedLabel, string option)
    {
        var options = Small.Binary();
        (options.ScoreColumnName, options.ProbabilityColumnName, options.PredictedLabelColumnName) = (score, probability, predictedLabel);

        Assert.AreEqual(option, Assert.ThrowsExactly<ArgumentException>(() => _context.BinaryClassification.Trainers.RevGru(options)).ParamName);
    }

    private sealed class BinaryPrediction
    {
        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }
}
