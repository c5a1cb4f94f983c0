using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>A score with the names of its classes.</summary>
[TestClass]
public sealed class ClassProbabilitiesTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void TheClassesOfAPredictionAreRanked()
    {
        // A string predicted label takes the keys' values.
        var model = Trained.Classifier.Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(Trained.Classifier.Transform(Trained.Keyed())));
        using var engine = _context.Model.CreatePredictionEngine<LabelledText, Prediction>(model);
        var prediction = engine.Predict(new LabelledText { Text = "snow and hail and rain" });

        var ranked = engine.OutputSchema.RankClasses(prediction.Score);

        Assert.AreEqual("weather", ranked[0].Label);
        CollectionAssert.AreEquivalent(TestData.Labels.ToArray(), ranked.Select(known => known.Label).ToArray());
        CollectionAssert.AreEqual(prediction.Score.OrderDescending().ToArray(), ranked.Select(known => known.Probability).ToArray());
        foreach (var (label, probability) in ranked)
            Assert.AreEqual(prediction.Score[TestData.Labels.ToList().IndexOf(label)], probability);
    }

    [TestMethod]
    public void ClassesWithoutNamesHaveTheirKeys()
    {
        var model = _context.MulticlassClassification.Trainers.RevGru(Small.Classification()).Fit(new RowsView(3, ("a", 1), ("b", 2), ("c", 3)));

        var ranked = model.GetOutputSchema(new RowsView(3).Schema).RankClasses([0.25f, 0.5f, 0.25f]);

        CollectionAssert.AreEqual(new[] { ("2", 0.5f), ("1", 0.25f), ("3", 0.25f) }, ranked.ToArray());
    }

    [TestMethod]
    public void WhatIsNoScoreIsRefused()
    {
        var schema = Trained.Classifier.GetOutputSchema(Trained.Keyed().Schema);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => schema.RankClasses([1, 0])).Message, "The score has 2 values");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => schema.RankClasses([1], "Text")).Message, "'Text' is String");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => schema.RankClasses([1], "Other")).Message, "'Other'");
    }
}
