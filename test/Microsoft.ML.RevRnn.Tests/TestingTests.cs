using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Testing;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Tests of trained classifiers: what they cover, what they find, and that they find it again.</summary>
[TestClass]
public sealed class TestingTests
{
    [TestMethod]
    public void EveryClassifierHasCoverage()
    {
        foreach (var model in (RevRnnPredictionTransformer[])[Trained.Classifier, Trained.Binary, Trained.MultiLabel])
        {
            var all = model.Coverage(Trained.Mixed());
            var some = RevRnnTesting.Coverage(model, Trained.Mixed(20), reference: Trained.Mixed());

            Assert.AreEqual(300, all.Figures.Tests);
            Assert.AreEqual(20, some.Figures.Tests);
            // Of the reference one text has the most that there is.
            Assert.AreEqual(1, all.BoundaryPeaks.Max(), 1e-12);
            Assert.AreEqual(300, all.Words.Values.Sum());
            Assert.AreEqual(all.Options, some.Options);
            foreach (var kind in Enum.GetValues<CoverageKind>())
                Assert.IsLessThanOrEqualTo(all.Figures[kind], some.Figures[kind]);
            Assert.IsGreaterThan(some.Figures.Temporal, all.Figures.Temporal);
        }
    }

    [TestMethod]
    public void APlantedTriggerIsNamed()
    {
        var report = Trained.Context.RobustnessReport(Planted.Model, Planted.Data(), new MutationOptions { ModelCalls = 4000, Mode = MutationMode.Random });

        CollectionAssert.Contains(report.Words.Take(3).Select(word => word.Word).ToArray(), Planted.Trigger);
        Assert.AreEqual(4000, report.ModelCalls);
        Assert.AreEqual(4000, report.Mutants);
        Assert.AreEqual(4000, report.Kinds.Sum(kind => kind.Mutants));
        Assert.HasCount(4, report.Kinds);
        Assert.AreEqual(report.Flips, report.Kinds.Sum(kind => kind.Flips));
        Assert.Contains(flip => flip.Words.Contains(Planted.Trigger), report.Examples);
        foreach (var flip in report.Examples)
        {
            Assert.AreNotEqual(flip.Before, flip.After);
            Assert.AreEqual(flip.Before, Planted.Label(flip.Text));
            Assert.AreEqual(flip.After, Planted.Label(flip.Mutant));
        }
    }

    [TestMethod]
    public void CoverageNeverFallsAndTheSameSeedGivesTheSameReport()
    {
        var options = new MutationOptions { ModelCalls = 600, SeedTexts = 20, Population = 5, Seed = 3 };
        string[] reports = [.. Enumerable.Range(0, 2).Select(_ => JsonSerializer.Serialize(Report(options)))];
        Assert.AreEqual(reports[0], reports[1]);
        options.Seed = 4;
        var other = Report(options);
        Assert.AreNotEqual(reports[0], JsonSerializer.Serialize(other));

        Assert.IsGreaterThan(2, other.Course.Count);
        foreach (var (before, after) in other.Course.Zip(other.Course.Skip(1)))
        {
            foreach (var kind in Enum.GetValues<CoverageKind>())
                Assert.IsGreaterThanOrEqualTo(before.Figures[kind], after.Figures[kind]);
        }
        Assert.AreEqual(other.Course[^1].Figures, other.Coverage.Figures);
        Assert.AreEqual(other.ModelCalls + other.SeedTexts, other.Coverage.Figures.Tests);
        Assert.IsLessThan(other.ModelCalls, other.Mutants);
    }

    /// <summary>A sign test: five of five is chance in one of 32.</summary>
    [TestMethod]
    public void BreedingCoversMoreThanChanceAtTheSameNumberOfCalls()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var words = Enum.GetValues<MutationMode>().Select(mode => Report(new MutationOptions { Mode = mode, ModelCalls = 3000, SeedTexts = 40, Seed = seed }).Coverage.Words.Count).ToArray();
            Assert.IsGreaterThan(words[0], words[1], $"seed {seed}: {words[1]} words of genetic, {words[0]} of random");
        }
    }

    [TestMethod]
    public void ASearchIsEndedByItsToken()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        var report = Report(new MutationOptions { CancellationToken = source.Token });

        Assert.AreEqual(0, report.ModelCalls);
        Assert.IsGreaterThan(0, report.Coverage.Figures.Temporal);
    }

    [TestMethod]
    public void AListSaysWhatIsSimilar()
    {
        var list = new Dictionary<string, IReadOnlyList<string>> { ["GOLD"] = ["oats"] };
        var options = new MutationOptions { Kinds = [MutationKind.Synonym], Synonyms = list, ModelCalls = 40, Mode = MutationMode.Random };

        var report = Trained.Context.RobustnessReport(Trained.Classifier, ["the gold and Gold", "rain"], options);

        CollectionAssert.IsSubsetOf(report.Words.Select(word => word.Word).ToArray(), new[] { "gold", "oats" });
        Assert.AreEqual(40, report.Mutants);
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        Assert.ThrowsExactly<NotSupportedException>(() => Trained.Tagger.Coverage(Trained.Tagged()));
        Assert.ThrowsExactly<InvalidOperationException>(() => Trained.Classifier.Coverage(Trained.Texts()));
        Assert.ThrowsExactly<InvalidOperationException>(() => Trained.Context.RobustnessReport(Trained.Classifier, ["", " .", null!]));
        var none = new MutationOptions { Kinds = [MutationKind.Synonym], Synonyms = new Dictionary<string, IReadOnlyList<string>>() };
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Trained.Context.RobustnessReport(Trained.Classifier, ["the gold"], none)).Message, nameof(MutationOptions.Synonyms));
        foreach (var options in (MutationOptions[])[new() { GreatestRate = 2 }, new() { ModelCalls = 0 }, new() { Kinds = [] }, new() { Mode = (MutationMode)5 }])
            Assert.Throws<ArgumentException>(() => Report(options));
    }

    [TestMethod]
    public void WordsAreChangedAndTheRestStays()
    {
        const string Text = "\"Don’t,\" she said… 3 naïve cats!";
        var text = new WordedText(Text);

        Assert.AreEqual(Text, text.ToString());
        Assert.AreEqual(7, text.Count);
        var copy = text.Copy();
        copy.Remove(0);
        copy.Insert(0, "So");
        copy.Insert(copy.Count, "then");
        copy.Remove(4);
        copy[3] = "wept";
        Assert.AreEqual("\"So t,\" she wept naïve cats then!", copy.ToString());
        Assert.AreEqual(Text, text.ToString());
        Assert.AreEqual("…", new WordedText("…").ToString());
    }

    private static RobustnessReport Report(MutationOptions options) => Trained.Context.RobustnessReport(Trained.Classifier, Trained.Data(), options);
}
