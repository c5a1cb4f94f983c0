using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Evaluation;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Metrics of multi-label classifiers, taggers and ranked scores against numbers computed by hand.</summary>
[TestClass]
public sealed class TestMetricsTests
{
    private static readonly MLContext _context = new();

    private static readonly SetRow[] _sets =
    [
        new([true, false, false], [true, false, false]),
        new([true, true, false], [true, false, false]),
        new([false, false, false], [false, false, true]),
        new([false, false, false], [false, false, false]),
    ];

    [TestMethod]
    public void MetricsOfLabelSetsAreThoseComputedByHand()
    {
        var metrics = _context.MulticlassClassification.EvaluateMultiLabel(_context.Data.LoadFromEnumerable(_sets));

        Assert.AreEqual(4, metrics.RowCount);
        Assert.AreEqual(0.5, metrics.SubsetAccuracy);
        Assert.AreEqual(2.0 / 12, metrics.HammingLoss, 1e-12);
        Assert.AreEqual(2 * 2.0 / (3 + 3), metrics.MicroF1, 1e-12);
        Assert.AreEqual(1.0 / 3, metrics.MacroF1, 1e-12);
        Assert.AreEqual(new ClassMetrics("1", 1, 1, 1, 2), metrics.Labels[0]);
        Assert.AreEqual(new ClassMetrics("2", 0, 0, 0, 1), metrics.Labels[1]);
        Assert.AreEqual(new ClassMetrics("3", 0, 0, 0, 0), metrics.Labels[2]);
    }

    [TestMethod]
    public void LabelSetsOfKeysAreComparedWithFlags()
    {
        var options = Small.MultiLabel();
        options.LabelColumnName = "Kinds";
        var data = Trained.Tagged(60);
        var scored = _context.MulticlassClassification.Trainers.RevLstmMultiLabel(options).Fit(data).Transform(data);

        var ofKeys = _context.MulticlassClassification.EvaluateMultiLabel(scored, "Kinds");

        CollectionAssert.AreEquivalent(TestData.Labels.ToArray(), ofKeys.Labels.Select(label => label.Name).ToArray());
        var rows = TestData.MixedRows(60);
        foreach (var label in ofKeys.Labels)
            Assert.AreEqual(rows.Count(row => row.Kinds.Contains(label.Name)), label.Support);
        Assert.AreEqual(1 - ofKeys.HammingLoss, HitRate(scored, rows, ofKeys), 1e-12);
    }

    [TestMethod]
    public void MetricsOfTagsAreThoseComputedByHand()
    {
        // Of class 1: 2 right, 1 taken for 2. Of class 2: 1 right. A token without a label, and a row without tokens, which do not count.
        TagRow[] rows =
        [
            new([1, 2], [1, 2], [0.9f, 0.1f, 0.2f, 0.8f]),
            new([1, 1, 0], [1, 2, 2], [0.7f, 0.3f, 0.4f, 0.6f, 0.5f, 0.5f]),
            new([], [], []),
        ];

        var metrics = _context.MulticlassClassification.EvaluateTags(_context.Data.LoadFromEnumerable(rows), binCount: 2);

        Assert.AreEqual(2, metrics.SequenceCount);
        Assert.AreEqual(0.5, metrics.SequenceAccuracy);
        Assert.AreEqual(4, metrics.Tokens.RowCount);
        Assert.AreEqual(0.75, metrics.Tokens.Accuracy);
        Assert.AreEqual(new ClassMetrics("1", 1, 2.0 / 3, 0.8, 3), metrics.Tokens.Classes[0]);
        Assert.AreEqual(new ClassMetrics("2", 0.5, 1, 2 * 1.0 / 3, 1), metrics.Tokens.Classes[1]);
        Assert.AreEqual(0, metrics.Tokens.ExpectedCalibrationError, 1e-6);
    }

    [TestMethod]
    public void ARowWithAnotherNumberOfTagsIsNamed()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new TagRow([1], [1, 2], [0.9f, 0.1f, 0.5f, 0.5f]) });

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _context.MulticlassClassification.EvaluateTags(data)).Message,
            "Row 0 has 1 labels in column 'Label' and 2 predictions in column 'PredictedLabel'");
    }

    [TestMethod]
    public void ColumnsOfAnotherTypeAreNamed()
    {
        var (sets, tags) = (_context.Data.LoadFromEnumerable(_sets), _context.Data.LoadFromEnumerable(new[] { new TagRow([1], [1], [1, 0]) }));
        var catalog = _context.MulticlassClassification;
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.EvaluateMultiLabel(sets, "Flags")).Message, "no column 'Flags'");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.EvaluateMultiLabel(sets, predictedLabelColumnName: "Two")).Message,
            "no column 'Two' that is a vector of 3 Boolean, one for each label of column 'Label'");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.EvaluateTags(sets)).Message, "must be a vector of Key<UInt32>");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.EvaluateTags(tags, scoreColumnName: "Label")).Message, "no column 'Label' that is a vector of Single");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => catalog.EvaluateTags(tags, binCount: 1001));
    }

    /// <summary>Of the six pairs of true and false, the true one is above in two, and in one they tie.</summary>
    [TestMethod]
    public void CurvesAreThoseComputedByHand()
    {
        var ranks = new RankedScores([(0.9f, true), (0.8f, false), (0.6f, true), (0.6f, false), (0.2f, true)]);

        CollectionAssert.AreEqual(new[] { (0, 0), (0, 1.0 / 3), (0.5, 1.0 / 3), (1, 2.0 / 3), (1, 1) }, ranks.RocCurve.ToArray());
        Assert.AreEqual(2.5 / 6, ranks.AreaUnderRoc!.Value, 1e-12);
        CollectionAssert.AreEqual(new[] { (1.0 / 3, 1), (1.0 / 3, 0.5), (2.0 / 3, 0.5), (1, 0.6) }, ranks.PrecisionRecallCurve.ToArray());
        Assert.AreEqual((1 + 0.5 + 0.6) / 3, ranks.AveragePrecision!.Value, 1e-12);
        Assert.IsNull(new RankedScores([(0.9f, true)]).AreaUnderRoc);
        Assert.IsNull(new RankedScores([(0.9f, false)]).AveragePrecision);
    }

    [TestMethod]
    public void TheAreaIsThatOfMLNet()
    {
        var scored = Trained.Binary.Transform(Trained.Mixed(200, seed: 4));
        var (metrics, ranks) = ScoredFlags.Find(Trained.Binary.Context, scored.Schema, "HasMetal", "Probability", "PredictedLabel").Evaluate(scored, 10);
        var expected = _context.BinaryClassification.Evaluate(scored, "HasMetal");

        Assert.AreEqual(expected.AreaUnderRocCurve, ranks.AreaUnderRoc!.Value, 1e-9);
        Assert.AreEqual(expected.Accuracy, metrics.Accuracy, 1e-12);
        Assert.AreEqual(expected.PositivePrecision, metrics.Classes[1].Precision, 1e-12);
        Assert.AreEqual(expected.PositiveRecall, metrics.Classes[1].Recall, 1e-12);
    }

    private static double HitRate(IDataView scored, IReadOnlyList<MixedText> rows, MultiLabelMetrics metrics)
        => scored.GetColumn<bool[]>("PredictedLabel").Zip(rows, (flags, row) => flags.Index().Count(flag => flag.Item == row.Kinds.Contains(metrics.Labels[flag.Index].Name)))
            .Sum() / (3.0 * rows.Count);

    private sealed class SetRow(bool[] label, bool[] predicted)
    {
        [VectorType(3)]
        public bool[] Label { get; set; } = label;

        [VectorType(3)]
        public bool[] PredictedLabel { get; set; } = predicted;

        [VectorType(2)]
        public bool[] Two { get; set; } = new bool[2];
    }

    private sealed class TagRow(uint[] label, uint[] predicted, float[] score)
    {
        [KeyType(2)]
        public uint[] Label { get; set; } = label;

        [KeyType(2)]
        public uint[] PredictedLabel { get; set; } = predicted;

        public float[] Score { get; set; } = score;
    }
}
