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
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    public void NetworkAndNGramsAreToldByToken(TokenKind kind)
    {
        var options = Small.Binary();
        options.NGrams = new NGramOptions();
        options.Vocabulary = new VocabularyOptions { Kind = kind };
        options.Training = options.Training with { MaximumEpochs = 2 };
        var model = Trained.Context.BinaryClassification.Trainers.RevLstm(options).Fit(Trained.Mixed());
        const string Text = "the gold and rain";

        var explanation = model.Explain(Text);

        Assert.AreEqual(kind == TokenKind.Words ? 4 : Text.Length, explanation.Tokens.Count);
        Assert.AreEqual(explanation.NGramScore, explanation.NGramContributions!.Sum() + explanation.Explanation.NGramRest, 1e-4f);
        for (var t = 0; t < explanation.Tokens.Count; t++)
            Assert.AreEqual(explanation.NetworkContributions[t] + explanation.NGramContributions![t], explanation.Contributions[t]);
        // The metal is what speaks for true.
        int[] gold = kind == TokenKind.Words ? [1] : [4, 5, 6, 7];
        Assert.IsGreaterThan(0.5f * explanation.NGramContributions!.Where(value => value > 0).Sum(), gold.Sum(t => explanation.NGramContributions![t]));
        var columns = model.ToContributions().Transform(Trained.Texts(Text)).GetColumn<float[]>("Contributions").Single();
        CollectionAssert.AreEqual(explanation.Contributions.ToArray(), columns);
        using var folder = new TemporaryFolder();
        explanation.SaveHtml(folder.File("page.html"));
        Assert.AreEqual(3, File.ReadAllText(folder.File("page.html")).Split("<div class='tokens'>").Length - 1);
    }

    [TestMethod]
    public void OfSeveralLabelsTheMostProbableIs()
    {
        var text = Trained.Mixed(1, seed: 3).GetColumn<string>("Text").Single();
        var scores = Trained.MultiLabel.Transform(Trained.Texts(text)).GetColumn<float[]>("Score").Single();

        Assert.AreEqual(Array.IndexOf(scores, scores.Max()), Trained.MultiLabel.Explain(text).Explanation.Outcome);
        Assert.AreEqual(1, Trained.MultiLabel.Explain(text, Trained.MultiLabel.Labels.Names[1]).Explanation.Outcome);
    }

    [TestMethod]
    public void ColumnsHaveWhatExplainTells()
    {
        foreach (var (model, explain) in new (RevRnnContributionsTransformer, Func<string, TextExplanation>)[]
        {
            (Trained.Classifier.ToContributions(), text => Trained.Classifier.Explain(text)),
            (Trained.Binary.ToContributions(), Trained.Binary.Explain),
            (Trained.MultiLabel.ToContributions(), text => Trained.MultiLabel.Explain(text)),
        })
        {
            var view = model.Transform(Trained.Probes());
            var texts = view.GetColumn<string>("Text").ToArray();
            var contributions = view.GetColumn<float[]>("Contributions").ToArray();
            var tokens = view.GetColumn<string[]>("Tokens").ToArray();
            for (var i = 0; i < texts.Length; i++)
            {
                var explanation = explain(texts[i] ?? "");
                CollectionAssert.AreEqual(explanation.Contributions.ToArray(), contributions[i]);
                CollectionAssert.AreEqual(explanation.Tokens.ToArray(), tokens[i]);
            }
            var loaded = (ITransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
            CollectionAssert.AreEqual(Bits.Lines(view, "Contributions"), Bits.Lines(loaded.Transform(Trained.Probes()), "Contributions"));
        }
        Assert.ThrowsExactly<ArgumentException>(() => Trained.Classifier.ToContributions("Same", "Same"));
    }
}
