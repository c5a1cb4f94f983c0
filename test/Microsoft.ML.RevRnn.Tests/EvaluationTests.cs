using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Metrics of each class against numbers computed by hand, and probabilities brought to a temperature.</summary>
[TestClass]
public sealed class EvaluationTests
{
    private static readonly MLContext _context = new();

    /// <summary>
    /// Of class 1: 2 right, 1 taken for 2. Of class 2: 1 right, 1 taken for 1. Of class 3: 1, taken for 1. A row without a label, which does not count.
    /// </summary>
    private static readonly ScoredRow[] _rows =
    [
        new(1, 1, [0.9f, 0.05f, 0.05f]),
        new(1, 1, [0.7f, 0.2f, 0.1f]),
        new(1, 2, [0.35f, 0.55f, 0.1f]),
        new(2, 2, [0.25f, 0.65f, 0.1f]),
        new(2, 1, [0.75f, 0.2f, 0.05f]),
        new(3, 1, [0.5f, 0.25f, 0.25f]),
        new(0, 1, [1, 0, 0]),
    ];

    [TestMethod]
    public void MetricsOfEachClassAreThoseComputedByHand()
    {
        var metrics = Evaluate();

        Assert.AreEqual(6, metrics.RowCount);
        Assert.AreEqual(0.5, metrics.Accuracy);
        CollectionAssert.AreEqual(new long[] { 2, 1, 0 }, metrics.ConfusionMatrix[0].ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 1, 0 }, metrics.ConfusionMatrix[1].ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 0, 0 }, metrics.ConfusionMatrix[2].ToArray());
        AssertClass("1", 2.0 / 4, 2.0 / 3, 2 * 0.5 * (2.0 / 3) / (0.5 + 2.0 / 3), 3, metrics.Classes[0]);
        AssertClass("2", 1.0 / 2, 1.0 / 2, 1.0 / 2, 2, metrics.Classes[1]);
        AssertClass("3", 0, 0, 0, 1, metrics.Classes[2]);
        Assert.AreEqual((4.0 / 7 + 0.5) / 3, metrics.MacroF1, 1e-12);

        static void AssertClass(string name, double precision, double recall, double f1, long support, ClassMetrics actual)
        {
            Assert.AreEqual(name, actual.Name);
            Assert.AreEqual(precision, actual.Precision, 1e-12);
            Assert.AreEqual(recall, actual.Recall, 1e-12);
            Assert.AreEqual(f1, actual.F1, 1e-12);
            Assert.AreEqual(support, actual.Support);
        }
    }

    [TestMethod]
    public void CalibrationIsThatComputedByHand()
    {
        var metrics = Evaluate();

        // Bins (0.4, 0.6]: 0.55 and 0.5, both wrong. (0.6, 0.8]: 0.7 and 0.65 right, 0.75 wrong. (0.8, 1]: 0.9, right.
        CollectionAssert.AreEqual(new long[] { 0, 0, 2, 3, 1 }, metrics.Calibration.Select(bin => bin.Count).ToArray());
        Assert.AreEqual(0.525, metrics.Calibration[2].Confidence, 1e-6);
        Assert.AreEqual(0, metrics.Calibration[2].Accuracy);
        Assert.AreEqual(0.7, metrics.Calibration[3].Confidence, 1e-6);
        Assert.AreEqual(2.0 / 3, metrics.Calibration[3].Accuracy, 1e-12);
        Assert.AreEqual(2 / 6.0 * 0.525 + 3 / 6.0 * (0.7 - 2.0 / 3) + 1 / 6.0 * 0.1, metrics.ExpectedCalibrationError, 1e-6);
    }

    [TestMethod]
    public void ClassesHaveTheNamesOfTheirLabels()
    {
        var scored = Trained.Classifier.Transform(Trained.Keyed());

        var metrics = _context.MulticlassClassification.EvaluatePerClass(scored);

        var names = default(VBuffer<ReadOnlyMemory<char>>);
        scored.Schema["Label"].GetKeyValues(ref names);
        CollectionAssert.AreEqual(names.DenseValues().Select(name => name.ToString()).ToArray(), metrics.Classes.Select(each => each.Name).ToArray());
        Assert.AreEqual(_context.MulticlassClassification.Evaluate(scored).MicroAccuracy, metrics.Accuracy, 1e-12);
        Assert.AreEqual(metrics.RowCount, metrics.Classes.Sum(each => each.Support));
    }

    [TestMethod]
    public void WhatIsMissingIsNamed()
    {
        var data = _context.Data.LoadFromEnumerable(_rows);
        var catalog = _context.MulticlassClassification;

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.EvaluatePerClass(data, "Class")).Message, "no column 'Class'");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => catalog.EvaluatePerClass(data, scoreColumnName: "PredictedLabel")).Message, "no column 'PredictedLabel' that is a vector of Single");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.EvaluatePerClass(data, binCount: 0));
    }

    [TestMethod]
    public void CalibrationChangesProbabilitiesAndNotPredictions()
    {
        var heldBack = Trained.Keyed(seed: 5);

        var calibrated = Trained.Classifier.Calibrate(heldBack);

        var (before, after) = (Trained.Classifier.Transform(heldBack), calibrated.Transform(heldBack));
        CollectionAssert.AreEqual(before.GetColumn<uint>("PredictedLabel").ToArray(), after.GetColumn<uint>("PredictedLabel").ToArray());
        CollectionAssert.AreNotEqual(Trained.ScoreBits(Trained.Classifier), Trained.ScoreBits(calibrated));
        Assert.AreNotEqual(1, calibrated.Temperature);
        var catalog = _context.MulticlassClassification;
        Assert.IsLessThanOrEqualTo(catalog.Evaluate(before).LogLoss, catalog.Evaluate(after).LogLoss);
        Assert.AreEqual(1, Trained.Classifier.Temperature);
    }

    [TestMethod]
    public void TheTemperatureIsSaved()
    {
        var calibrated = Trained.Classifier.Calibrate(Trained.Keyed(seed: 5));

        var loaded = (RevRnnClassificationTransformer)ModelFileImage.Load(ModelFileImage.Of(calibrated).File);

        Assert.AreEqual(calibrated.Temperature, loaded.Temperature);
        CollectionAssert.AreEqual(Trained.ScoreBits(calibrated), Trained.ScoreBits(loaded));
    }

    private static PerClassMetrics Evaluate()
        => _context.MulticlassClassification.EvaluatePerClass(_context.Data.LoadFromEnumerable(_rows), binCount: 5);

    /// <summary>A value of a key is one less than the key; that of a missing one is beyond all others.</summary>
    private sealed class ScoredRow(uint label, uint predictedLabel, float[] score)
    {
        [KeyType(3)]
        public uint Label { get; set; } = unchecked(label - 1);

        [KeyType(3)]
        public uint PredictedLabel { get; set; } = unchecked(predictedLabel - 1);

        [VectorType(3)]
        public float[] Score { get; set; } = score;
    }
}
