using System.Text.RegularExpressions;
using Autocomplete;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The autocomplete task: how the sample prepares it, and what a tagger of characters tells of words.</summary>
[TestClass]
public sealed class AutocompleteTests
{
    private const string Lines =
        """
        The formal study of grammar is an important part of education from a young age through advanced learning, though the rules taught in schools are not a
        "grammar" in the sense most linguists use: 3 rules, and no more.
        The rules of grammar are the rules that most young linguists use; the schools use rules.
        """;

    private static readonly Lazy<(RevRnnTaggingTransformer Tagger, IDataView Data)> _tagger = new(() =>
    {
        var known = Preparation.MostFrequent(Preparation.Words(Lines), 100);
        var rows = Enumerable.Repeat(Preparation.Group(Preparation.Words(Lines), 60).Select(words => Preparation.Observe(words, known)), 20).SelectMany(observations => observations);
        var data = Trained.Context.Data.LoadFromEnumerable(rows);
        data = Trained.Context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var options = Small.Tagging();
        options.TextColumnName = nameof(Observation.Text);
        options.LabelColumnName = nameof(Observation.Label);
        options.Vocabulary = new VocabularyOptions { Kind = TokenKind.Characters };
        return (Trained.Context.MulticlassClassification.Trainers.RevGruTagger(options).Fit(data), data);
    });

    [TestMethod]
    public void WordsAreNeverCutAndTheSpaceAsksForTheWholeWord()
    {
        var words = Preparation.Words(Lines);
        Assert.AreEqual("the formal study", string.Join(' ', words.Take(3)));
        Assert.DoesNotContain("3", words);
        var known = Preparation.MostFrequent(words, 5);
        CollectionAssert.AreEquivalent(new[] { "the", "rules", "of", "use", "grammar" }.Order().ToArray(), known.Order().ToArray());

        foreach (var longest in (int[])[200, 40, 12])
        {
            var groups = Preparation.Group(words, longest).ToArray();

            CollectionAssert.AreEqual(words.Where(word => word.Length < longest).ToArray(), groups.SelectMany(group => group).ToArray());
            for (var i = 0; i < groups.Length; i++)
            {
                var observation = Preparation.Observe(groups[i], known);
                Assert.IsLessThanOrEqualTo(longest, observation.Text.Length);
                Assert.AreEqual(observation.Text.Length, observation.Label.Length);
                if (i + 1 < groups.Length)
                    Assert.IsGreaterThan(longest, observation.Text.Length + 1 + groups[i + 1][0].Length, "The next word would have had room.");
                var at = 0;
                foreach (var word in groups[i])
                {
                    Assert.AreEqual(" " + word, observation.Text.Substring(at, word.Length + 1));
                    foreach (var label in observation.Label[at..(at + word.Length + 1)])
                        Assert.AreEqual(known.Contains(word) ? word : Preparation.Unknown, label);
                    at += word.Length + 1;
                }
            }
        }
    }

    [TestMethod]
    public void UnknownWordsWeighNothing()
    {
        var known = Preparation.MostFrequent(Preparation.Words(Lines), 5);
        Observation[] rows = [.. Preparation.Group(Preparation.Words(Lines), 40).Select(words => Preparation.Observe(words, known))];
        var task = new WordTask(rows, rows[..2], rows);

        Assert.AreEqual(Preparation.Unknown, task.Classes[0]);
        CollectionAssert.AreEqual(new[] { 0f, 1, 1, 1, 1, 1 }, task.Examples.ClassWeights!.ToArray());
        Assert.AreEqual(2, task.Examples.ValidationCount);
        for (var i = 0; i < rows.Length; i++)
            CollectionAssert.AreEqual(rows[i].Label, task.TestLabels[i].Select(label => task.Classes[label]).ToArray());
    }

    [TestMethod]
    public void MoreLettersTellMore()
    {
        var (tagger, data) = _tagger.Value;

        var figures = tagger.AccuracyByLetters(data, ignoredLabel: "of");

        Assert.IsGreaterThan(5, figures.Count);
        Assert.IsGreaterThan(figures[0].TopAccuracy[0] + 0.2, figures[3].TopAccuracy[0]);
        Assert.IsTrue(figures.All(figure => figure.TopAccuracy[0] <= figure.TopAccuracy[1] && figure.TopAccuracy[1] <= figure.TopAccuracy[2]));
        Assert.IsLessThan(tagger.AccuracyByLetters(data)[0].Count, figures[0].Count);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => tagger.AccuracyByLetters(data, "Text"));
        Assert.ThrowsExactly<InvalidOperationException>(() => Trained.Tagger.AccuracyByLetters(Trained.Tagged(), "Tags"));
    }

    [TestMethod]
    public void ATaggersClassHangsOnWhatItHasRead()
    {
        var (tagger, _) = _tagger.Value;
        const string Text = " the rules";
        string[] labels = [.. Enumerable.Repeat("the", 4), .. Enumerable.Repeat("rules", 6)];

        var report = tagger.Connectivity(Text, labels);
        var own = tagger.Connectivity(Text, options: new RevConnectivityOptions { Positions = [9], PredictionCount = 2, ModelName = "own" });

        CollectionAssert.AreEqual(Enumerable.Range(0, 10).ToArray(), report.Predictions.Select(prediction => prediction.Position).ToArray());
        CollectionAssert.AreEqual(labels, report.Predictions.Select(prediction => prediction.Target.Text).ToArray());
        Assert.IsTrue(report.Predictions.All(prediction => prediction.Connectivity.Values.Count == prediction.Position + 1));
        Assert.AreEqual("own", own.ModelName);
        Assert.AreEqual(own.Predictions[0].MostProbable[0], own.Predictions[0].Target);
        Assert.AreEqual("rules", own.Predictions[0].Target.Text);
        Assert.IsEmpty(tagger.Connectivity("").Predictions);
        Assert.ThrowsExactly<ArgumentException>(() => tagger.Connectivity(Text, labels[1..]));
        Assert.ThrowsExactly<ArgumentException>(() => tagger.Connectivity(Text, [.. labels[1..], "no such word"]));
        Assert.ThrowsExactly<InvalidOperationException>(() => Trained.Tagger.Connectivity(Text));
    }

    [TestMethod]
    public void APageShowsSeveralTaggers()
    {
        using var folder = new TemporaryFolder();
        var report = _tagger.Value.Tagger.Connectivity(" the rules");
        ConnectivityReport[] reports = [report, report with { ModelName = "other" }];
        reports.SaveHtml(folder.File("page.html"));

        var (elements, errors) = Browser.Open(
            File.ReadAllText(folder.File("page.html")), "document.querySelectorAll('.tokens span')[6].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));");

        Assert.AreEqual("", errors);
        Assert.DoesNotContain("▮", elements);
        StringAssert.Contains(elements, "data-selected=\"6\"");
        Assert.AreEqual(2, Regex.Count(elements, "class=\"[^\"]*selected[^\"]*\""));
        Assert.AreEqual(10, Regex.Count(elements, "<li"), "Five words of each.");
    }
}
