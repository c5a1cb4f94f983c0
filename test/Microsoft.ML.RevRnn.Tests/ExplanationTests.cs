using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Which tokens a classifier's score hangs on, of texts.</summary>
[TestClass]
public sealed class ExplanationTests
{
    [TestMethod]
    public void ThePredictedClassIsExplainedOrANamedOne()
    {
        var text = TestData.Probes.First().Text!;
        var scored = Trained.Classifier.Transform(Trained.Texts(text));
        var label = scored.Preview(1).RowView[0].Values.Single(value => value.Key == "PredictedLabel").Value;

        var predicted = Trained.Classifier.Explain(text);

        Assert.AreEqual((int)(uint)label - 1, predicted.Explanation.Outcome);
        Assert.AreEqual(predicted.Tokens.Count, predicted.Contributions.Count);
        Assert.AreEqual(0f, predicted.NGramScore);
        var other = Trained.Classifier.Labels.Names.First(name => name != predicted.Label);
        Assert.IsLessThan(predicted.Score, Trained.Classifier.Explain(text, other).Score);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Trained.Classifier.Explain(text, "no such class")).Message, other);
        Assert.ThrowsExactly<ArgumentException>(() => Trained.Classifier.Explain([text, text]));
    }

    [TestMethod]
    public void OfABinaryClassifierTheLogOddsOfTrueAre()
    {
        foreach (var text in Trained.Mixed(20, seed: 3).GetColumn<string>("Text"))
        {
            var score = Trained.Binary.Transform(Trained.Texts(text)).GetColumn<float>("Score").Single();
            var explanation = Trained.Binary.Explain(text);
            Assert.AreEqual("True", explanation.Label);
            Assert.AreEqual(score, explanation.Score);
        }
    }

    [TestMethod]
    public void OfSeveralLabelsTheMostProbableIs()
    {
        var text = Trained.Mixed(1, seed: 3).GetColumn<string>("Text").Single();
        var scores = Trained.MultiLabel.Transform(Trained.Texts(text)).GetColumn<float[]>("Score").Single();

        Assert.AreEqual(Array.IndexOf(scores, scores.Max()), Trained.MultiLabel.Explain(text).Explanation.Outcome);
        Assert.AreEqual(1, Trained.MultiLabel.Explain(text, Trained.MultiLabel.Labels.Names[1]).Explanation.Outcome);
    }
}
