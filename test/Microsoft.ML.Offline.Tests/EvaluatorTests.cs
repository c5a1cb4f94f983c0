using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>The metrics of fixed scores, to the last digits.</summary>
[TestClass]
public sealed class EvaluatorTests
{
    private readonly MLContext _context = new(seed: 1);

    private static readonly Scored[] _rows =
    [
        new(0, 0.7f, 0.2f, 0.1f),
        new(0, 0.3f, 0.4f, 0.3f),
        new(1, 0.1f, 0.8f, 0.1f),
        new(2, 0.2f, 0.2f, 0.6f),
        new(2, 0.5f, 0.25f, 0.25f),
        new(1, 0f, 0f, 1f),
    ];

    [TestMethod]
    public void AccuraciesAndLosses()
    {
        var metrics = Evaluate(_rows);

        Assert.AreEqual(0.5, metrics.MicroAccuracy, 1e-12);
        Assert.AreEqual(0.5, metrics.MacroAccuracy, 1e-12);
        Assert.AreEqual(6.369947933067305, metrics.LogLoss, 1e-9);
        Assert.AreEqual(-4.798176480248404, metrics.LogLossReduction, 1e-9);
        Assert.AreEqual("0.780324 17.380960 0.948560", string.Join(' ', metrics.PerClassLogLoss.Select(loss => loss.ToString("F6"))));
        Assert.AreEqual(0, metrics.TopKPredictionCount);
        Assert.AreEqual(0, metrics.TopKAccuracy);
        Assert.IsNull(metrics.TopKAccuracyForAllK);
    }

    [TestMethod]
    public void WhereScoresAreEqualTheFirstClassIsTaken()
    {
        var metrics = Evaluate([new(0, 0.5f, 0.5f, 0f), new(1, 0.5f, 0.5f, 0f), new(2, 0.3f, 0.3f, 0.3f)]);

        Assert.AreEqual("1 0 0 / 1 0 0 / 1 0 0", Counts(metrics.ConfusionMatrix));
        Assert.AreEqual(1 / 3.0, metrics.MicroAccuracy, 1e-12);
    }

    [TestMethod]
    public void TopKAccuracies()
    {
        var metrics = Evaluate(_rows, topK: 3);

        Assert.AreEqual("0.500000 0.666667 1.000000", string.Join(' ', metrics.TopKAccuracyForAllK.Select(share => share.ToString("F6"))));
        Assert.AreEqual(1, metrics.TopKAccuracy, 1e-12);
        Assert.AreEqual(3, metrics.TopKPredictionCount);
    }

    [TestMethod]
    public void TheConfusionMatrixCountsByTrueAndPredictedClass()
    {
        var matrix = Evaluate(_rows).ConfusionMatrix;

        Assert.AreEqual("1 1 0 / 0 1 1 / 1 0 1", Counts(matrix));
        Assert.AreEqual(1, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 2, actualClassIndicatorIndex: 1));
        Assert.AreEqual(0, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 1, actualClassIndicatorIndex: 2));
        Assert.AreEqual("0.5000 0.5000 0.5000", string.Join(' ', matrix.PerClassPrecision.Select(share => share.ToString("F4"))));
        Assert.AreEqual("0.5000 0.5000 0.5000", string.Join(' ', matrix.PerClassRecall.Select(share => share.ToString("F4"))));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.GetCountForClassPair(3, 0));
    }

    [TestMethod]
    public void TheConfusionTableIsText()
        => Assert.AreEqual(
            """

            Confusion table
                      ||========================
            PREDICTED ||     0 |     1 |     2 | Recall
            TRUTH     ||========================
                    0 ||     1 |     1 |     0 | 0.5000
                    1 ||     0 |     1 |     1 | 0.5000
                    2 ||     1 |     0 |     1 | 0.5000
                      ||========================
            Precision ||0.5000 |0.5000 |0.5000 |

            """,
            Evaluate(_rows).ConfusionMatrix.GetFormattedConfusionTable().ReplaceLineEndings("\n"));

    [TestMethod]
    public void ClassesAreNamedAfterSlots()
    {
        var definition = SchemaDefinition.Create(typeof(Scored));
        definition["Score"].AddAnnotation(
            "SlotNames", new VBuffer<ReadOnlyMemory<char>>(3, ["red".AsMemory(), "a longer name".AsMemory(), "blue".AsMemory()]),
            new VectorDataViewType(TextDataViewType.Instance, 3));

        var metrics = _context.MulticlassClassification.Evaluate(_context.Data.LoadFromEnumerable(_rows, definition));

        Assert.AreEqual(
            """

            Confusion table
                             ||========================
            PREDICTED        ||     0 |     1 |     2 | Recall
            TRUTH            ||========================
            0.           red ||     1 |     1 |     0 | 0.5000
            1. a longer name ||     0 |     1 |     1 | 0.5000
            2.          blue ||     1 |     0 |     1 | 0.5000
                             ||========================
            Precision        ||0.5000 |0.5000 |0.5000 |

            """,
            metrics.ConfusionMatrix.GetFormattedConfusionTable().ReplaceLineEndings("\n"));
    }

    [TestMethod]
    public void RowsWithoutALabelOrWithAScoreThatIsNoNumberDoNotCount()
    {
        var metrics = Evaluate([.. _rows, new(3, 0.7f, 0.2f, 0.1f), new(0, float.NaN, 0.2f, 0.1f)]);

        Assert.AreEqual(0.5, metrics.MicroAccuracy, 1e-12);
        Assert.AreEqual(6, metrics.ConfusionMatrix.Counts.Sum(row => row.Sum()));
    }

    [TestMethod]
    public void LabelsBeyondTheScoresAreWrong()
    {
        var data = _context.Data.LoadFromEnumerable(new[]
        {
            new Wide { Label = 0, Score = [0.9f, 0.1f] }, new Wide { Label = 1, Score = [0.2f, 0.8f] }, new Wide { Label = 2, Score = [0.6f, 0.4f] },
        });

        var metrics = _context.MulticlassClassification.Evaluate(data);

        Assert.AreEqual(2 / 3.0, metrics.MicroAccuracy, 1e-12);
        Assert.AreEqual(1, metrics.MacroAccuracy, 1e-12);
        Assert.AreEqual(11.622426823281673, metrics.LogLoss, 1e-9);
        Assert.AreEqual("1 0 / 0 1", Counts(metrics.ConfusionMatrix));
    }

    [TestMethod]
    public void NumbersAreLabelsToo()
    {
        var data = _context.Transforms.CopyColumns("Label", "Number").Fit(Load(_rows)).Transform(Load(_rows));

        Assert.AreEqual(0.5, _context.MulticlassClassification.Evaluate(data).MicroAccuracy, 1e-12);
    }

    [TestMethod]
    public void WrongColumnsAreNamed()
    {
        var catalog = _context.MulticlassClassification;

        Errors.AssertThrown<ArgumentOutOfRangeException>(() => catalog.Evaluate(Load(_rows), labelColumnName: "Other"), "Other");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => catalog.Evaluate(Load(_rows), scoreColumnName: "Other"), "Other");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => catalog.Evaluate(Load(_rows), predictedLabelColumnName: "Other"), "Other");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => catalog.Evaluate(Load(_rows), labelColumnName: "Text"), "Text");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => catalog.Evaluate(Load(_rows), scoreColumnName: "Number"), "Number");
        Errors.AssertThrown<ArgumentNullException>(() => catalog.Evaluate(null!), "data");
    }

    [TestMethod]
    public void EachFoldIsEvaluatedByItself()
    {
        var rows = Enumerable.Range(0, 5).SelectMany(_ => _rows).ToArray();

        var folds = _context.MulticlassClassification.CrossValidate(Load(rows), _context.Transforms.CopyColumns("Copy", "Score"), numberOfFolds: 3);

        Assert.AreEqual("0 1 2", string.Join(' ', folds.Select(fold => fold.Fold)));
        foreach (var fold in folds)
        {
            Assert.AreEqual(_context.MulticlassClassification.Evaluate(fold.ScoredHoldOutSet).LogLoss, fold.Metrics.LogLoss);
            Assert.IsNotNull(fold.ScoredHoldOutSet.Schema.GetColumnOrNull("Copy"));
            Assert.IsInstanceOfType<Transforms.ColumnCopyingTransformer>(fold.Model);
        }
        Assert.AreEqual("0.625000 0.333333 0.538462", string.Join(' ', folds.Select(fold => fold.Metrics.MicroAccuracy.ToString("F6"))));
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.CrossValidate(
            Load(rows), _context.Transforms.CopyColumns("Copy", "Score"), numberOfFolds: 1));
    }

    [TestMethod]
    public void WithoutAnyRowNothingIsRight()
    {
        var metrics = Evaluate([new(3, 0.7f, 0.2f, 0.1f)]);

        Assert.AreEqual(0, metrics.MicroAccuracy);
        Assert.AreEqual(0, metrics.LogLoss);
        Assert.AreEqual("0 0 0 / 0 0 0 / 0 0 0", Counts(metrics.ConfusionMatrix));
    }

    [TestMethod]
    public void LabelsThatNumberNoClassDoNotCount()
    {
        float[] labels = [-1, 0.5f, float.PositiveInfinity, 0, 1];
        var data = _context.Data.LoadFromEnumerable(labels.Select(label => new Numbered { Label = label }));

        var metrics = _context.MulticlassClassification.Evaluate(data);

        Assert.AreEqual("1 0 / 1 0", Counts(metrics.ConfusionMatrix));
        Assert.AreEqual(0.5, metrics.MicroAccuracy);
    }

    [TestMethod]
    public void RowsThatDoNotCountAreNoWarning()
    {
        var warnings = 0;
        _context.Log += (_, e) => warnings += e.Kind == Runtime.ChannelMessageKind.Warning ? 1 : 0;

        Evaluate([.. _rows, new(3, 0.7f, 0.2f, 0.1f), new(0, float.NaN, 0.2f, 0.1f)]);
        Assert.AreEqual(0, warnings);
    }

    private MulticlassClassificationMetrics Evaluate(Scored[] rows, int topK = 0)
        => _context.MulticlassClassification.Evaluate(Load(rows), topKPredictionCount: topK);

    private IDataView Load(Scored[] rows) => _context.Data.LoadFromEnumerable(rows);

    private static string Counts(ConfusionMatrix matrix) => string.Join(" / ", matrix.Counts.Select(row => string.Join(' ', row)));

    private sealed class Scored(uint label, params float[] score)
    {
        [KeyType(3)]
        public uint Label { get; } = label;

        public float Number { get; } = label;

        public string Text { get; } = "";

        [VectorType(3)]
        public float[] Score { get; } = score;

        [KeyType(3)]
        public uint PredictedLabel { get; } = (uint)Array.IndexOf(score, score.Max());
    }

    private sealed class Numbered
    {
        public float Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; } = [0.9f, 0.1f];

        public float PredictedLabel { get; }
    }

    private sealed class Wide
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        [KeyType(3)]
        public uint PredictedLabel { get; set; }
    }
}
