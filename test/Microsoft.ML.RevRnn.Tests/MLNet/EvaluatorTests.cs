using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.MLNet;

/// <summary>
/// ML.NET's evaluation of our scores. It finds and names them by the annotations that ClassificationSchema gives them, and decides by the scores
/// alone, so that the classifier must choose its predicted label as it does.
/// </summary>
[TestClass]
public sealed class EvaluatorTests
{
    private const int UnlabelledRows = 4;

    private static readonly Lazy<IDataView> _scored = new(Score);

    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void TheConfusionMatrixCountsOurPredictedLabels()
    {
        var pairs = _scored.Value.GetColumn<uint>("Label").Zip(_scored.Value.GetColumn<uint>("PredictedLabel")).ToArray();

        var matrix = _context.MulticlassClassification.Evaluate(_scored.Value).ConfusionMatrix;

        for (var actual = 0; actual < 3; actual++)
        {
            for (var predicted = 0; predicted < 3; predicted++)
            {
                var count = pairs.Count(pair => pair == (actual + 1, predicted + 1));
                Assert.AreEqual(count, matrix.GetCountForClassPair(predicted, actual), $"{actual} as {predicted}");
            }
        }
        Assert.AreEqual(pairs.Length - UnlabelledRows, matrix.Counts.Sum(row => row.Sum()), "Rows without a label do not count.");
    }

    [TestMethod]
    public void TopKAccuraciesAreOfOurScores()
    {
        var ranks = _scored.Value.GetColumn<uint>("Label").Zip(_scored.Value.GetColumn<float[]>("Score")).Where(row => row.First > 0)
            .Select(row => row.Second.Count(score => score > row.Second[row.First - 1])).ToArray();
        Assert.Contains(1, ranks, "Some true class is the second.");

        var metrics = _context.MulticlassClassification.Evaluate(_scored.Value, topKPredictionCount: 3);

        for (var k = 0; k < 3; k++)
            Assert.AreEqual(ranks.Count(rank => rank <= k) / (double)ranks.Length, metrics.TopKAccuracyForAllK[k], 1e-12);
        Assert.AreEqual(metrics.MicroAccuracy, metrics.TopKAccuracyForAllK[0], 1e-12);
    }

    [TestMethod]
    public void ClassesHaveTheNamesOfOurSlots()
    {
        var table = _context.MulticlassClassification.Evaluate(_scored.Value).ConfusionMatrix.GetFormattedConfusionTable();

        for (var i = 0; i < 3; i++)
            StringAssert.Matches(table, new Regex($@"^\s*{i}\. +{TestData.Labels[i]} \|\|", RegexOptions.Multiline));
    }

    [TestMethod]
    public void ClassesOfNumbersAreEvaluatedToo()
    {
        var data = _context.Data.LoadFromEnumerable(TestData.Rows(60).Select(row => new { row.Text, Label = 10 - row.Id % 3 }));

        var scored = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()))
            .Fit(data).Transform(data);

        var metrics = _context.MulticlassClassification.Evaluate(scored);
        Assert.AreEqual(1, metrics.MicroAccuracy);
        StringAssert.Contains(metrics.ConfusionMatrix.GetFormattedConfusionTable(), "||    20 |     0 |     0 | 1.0000");
    }

    [TestMethod]
    public void WhereScoresAreEqualTheFirstClassIsTaken()
    {
        float[] scores = [0.2f, 0.4f, 0.4f];
        var data = _context.Data.LoadFromEnumerable(new[] { new Tie { Score = scores } });

        var matrix = _context.MulticlassClassification.Evaluate(data).ConfusionMatrix;

        Assert.AreEqual(1, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 1, actualClassIndicatorIndex: 0));
        Assert.AreEqual(1, TensorPrimitives.IndexOfMax(scores), "What the classifier takes.");
    }

    /// <summary>Scores of a classifier that has learned little, for rows some of which have no label that it knows.</summary>
    private static IDataView Score()
    {
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 1, LearningRate = 5e-3f };
        var model = Trained.Context.Transforms.Conversion.MapValueToKey("Label")
            .Append(Trained.Context.MulticlassClassification.Trainers.RevLstm(options))
            .Fit(Trained.Data());
        return model.Transform(Trained.Context.Data.LoadFromEnumerable(
            TestData.Rows(60, seed: 2).Concat(Enumerable.Repeat(new LabelledText { Text = "a cat", Label = "animal" }, UnlabelledRows))));
    }

    private sealed class Tie
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        [KeyType(3)]
        public uint PredictedLabel { get; set; }
    }
}
