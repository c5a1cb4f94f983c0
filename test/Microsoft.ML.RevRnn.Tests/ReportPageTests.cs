using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The report as a page of its own.</summary>
[TestClass]
public sealed class ReportPageTests
{
    private const string Attack = "<script>alert('1')</script>";

    [TestMethod]
    public void APageHasCurvesWithTheKeptEpochAndMemory()
    {
        var page = Page(path => Trained.Classifier.Report!.SaveHtml(path));

        foreach (var part in new[] { "<h2>Training</h2>", "Loss, nats", "Accuracy", "Gradient norm", "<h2>Memory of activations</h2>", "this run, at its peak" })
            StringAssert.Contains(page, part);
        StringAssert.Contains(page, $"dashed: epoch {Trained.Classifier.Report!.BestEpoch}, kept");
        Assert.DoesNotContain("<h2>Test data</h2>", page);
        Assert.DoesNotContain("estimated</text>", page, "Without the network there is nothing to estimate.");
    }

    [TestMethod]
    public void AModelsPageHasEstimatesByStrategy()
    {
        var page = Page(path => Trained.LanguageModel.SaveReport(path));

        foreach (var strategy in new[] { "Stored", "Checkpointed", "Reversible", "Hybrid" })
            StringAssert.Contains(page, $">{strategy}, estimated</text>");
        StringAssert.Contains(page, "RevLstm, 1 × 16 units");
    }

    [TestMethod]
    public void AClassifiersPageHasItsTest()
    {
        var test = Trained.Keyed(seed: 5);
        var metrics = Trained.Context.MulticlassClassification.EvaluatePerClass(Trained.Classifier.Transform(test));

        var page = Page(path => Trained.Classifier.SaveReport(path, test));

        foreach (var part in new[] { "<h2>Test data</h2>", "<h3>Classes</h3>", "<h3>Confusion matrix</h3>", "<h3>Calibration</h3>" })
            StringAssert.Contains(page, part);
        AssertClasses(page, metrics.Classes);
    }

    [TestMethod]
    public void ABinaryClassifiersPageHasItsCurves()
    {
        var test = Trained.Mixed(seed: 5);
        var metrics = Trained.Context.BinaryClassification.Evaluate(Trained.Binary.Transform(test), "HasMetal");

        var page = Page(path => Trained.Binary.SaveReport(path, test, "HasMetal"));

        foreach (var part in new[] { "<h2>Training</h2>", "<h3>Confusion matrix</h3>", "<figcaption>ROC curve</figcaption>", "<figcaption>Precision and recall</figcaption>", "<h3>Calibration</h3>" })
            StringAssert.Contains(page, part);
        StringAssert.Contains(page, FormattableString.Invariant($"<dt>Area under the ROC curve</dt><dd>{metrics.AreaUnderRocCurve:0.000}</dd>"));
        StringAssert.Contains(page, FormattableString.Invariant($"<dt>F1 of true</dt><dd>{metrics.F1Score:0.000}</dd>"));
        StringAssert.Contains(page, FormattableString.Invariant($"<tr><th class='name'>True<td>{metrics.PositivePrecision:0.000}<td>{metrics.PositiveRecall:0.000}<td>"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Page(path => Trained.Binary.SaveReport(path, test)));
    }

    [TestMethod]
    public void ABinaryClassifiersPageOfOneLabelHasNoArea()
    {
        var test = Trained.Context.Data.LoadFromEnumerable(TestData.MixedRows(30).Where(row => row.HasMetal));

        var page = Page(path => Trained.Binary.SaveReport(path, test, "HasMetal"));

        StringAssert.Contains(page, "<dt>Area under the ROC curve</dt><dd>–</dd>");
        Assert.DoesNotContain("ROC curve</figcaption>", page);
    }

    [TestMethod]
    public void AMultiLabelClassifiersPageHasItsLabels()
    {
        var test = Trained.Mixed(seed: 5);
        var metrics = Trained.Context.MulticlassClassification.EvaluateMultiLabel(Trained.MultiLabel.Transform(test), "Flags");

        var page = Page(path => Trained.MultiLabel.SaveReport(path, test, "Flags"));

        StringAssert.Contains(page, FormattableString.Invariant($"<dt>Subset accuracy</dt><dd>{100 * metrics.SubsetAccuracy:0.0} %</dd>"));
        StringAssert.Contains(page, FormattableString.Invariant($"<dt>Hamming loss</dt><dd>{metrics.HammingLoss:0.000}</dd>"));
        AssertClasses(page, metrics.Labels);
    }

    [TestMethod]
    public void ATaggersPageHasItsTags()
    {
        var test = Trained.Tagged(seed: 5);
        var metrics = Trained.Context.MulticlassClassification.EvaluateTags(Trained.Tagger.Transform(test), "Tags");

        var page = Page(path => Trained.Tagger.SaveReport(path, test, "Tags"));

        StringAssert.Contains(page, FormattableString.Invariant($"<dt>Token accuracy</dt><dd>{100 * metrics.Tokens.Accuracy:0.0} %</dd>"));
        StringAssert.Contains(page, FormattableString.Invariant($"<dt>Rows with all tokens right</dt><dd>{100 * metrics.SequenceAccuracy:0.0} %</dd>"));
        foreach (var part in new[] { "<h3>Tags</h3>", "<h3>Confusion matrix</h3>", "<h3>Calibration</h3>" })
            StringAssert.Contains(page, part);
        AssertClasses(page, metrics.Tokens.Classes);
    }

    /// <summary>Perplexity is exp(loss), and of language models.</summary>
    [TestMethod]
    public void ALanguageModelsPageHasItsPerplexity()
    {
        var report = Trained.LanguageModel.Report!;
        var kept = report.Epochs[report.BestEpoch - 1];

        var page = Page(path => Trained.LanguageModel.SaveReport(path));

        StringAssert.Contains(page, FormattableString.Invariant($"<dt>Validation perplexity</dt><dd>{Math.Exp(kept.ValidationLoss!.Value):0.000}</dd>"));
        StringAssert.Contains(page, "<figcaption>Perplexity</figcaption>");
        Assert.DoesNotContain("erplexity", Page(path => Trained.Classifier.SaveReport(path)));
    }

    [TestMethod]
    public void NamesOfClassesAreNoMarkup()
    {
        var rows = TestData.Rows(30).Select(row => new LabelledText { Text = row.Text, Label = row.Label == "fruit" ? Attack : $"' onload='{row.Label}" });
        var data = Trained.Context.Data.LoadFromEnumerable(rows);
        var keyed = Trained.Context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 1 };

        var page = Page(path => Trained.Context.MulticlassClassification.Trainers.RevGru(options).Fit(keyed).SaveReport(path, keyed));

        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("' onload=", page);
        StringAssert.Contains(page, "&#39; onload=&#39;");
    }

    [TestMethod]
    public void APageLoadsAndRunsNothing()
    {
        var page = Page(path => Trained.Classifier.SaveReport(path, Trained.Keyed()));

        foreach (var part in new[] { "http:", "https:", "<script", "<link", "<img", "@import", "url(" })
            Assert.DoesNotContain(part, page);
        StringAssert.Contains(page, "default-src 'none'");
    }

    [TestMethod]
    public void AFileIsReplacedAsAWholeOrNotAtAll()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("report.html");
        File.WriteAllText(path, "old");

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Classifier.SaveReport(path, Trained.Keyed(), "Class"));
        Assert.AreEqual("old", File.ReadAllText(path));
        Trained.Classifier.SaveReport(path);
        StringAssert.StartsWith(File.ReadAllText(path), "<!DOCTYPE html>");
        CollectionAssert.AreEqual(new[] { "report.html" }, folder.Files);
        var failure = Assert.ThrowsExactly<IOException>(() => Trained.Classifier.SaveReport(Path.Combine(folder.File("none"), "report.html")));
        StringAssert.StartsWith(failure.Message, "The report could not be saved to");
    }

    private static void AssertClasses(string page, IReadOnlyList<ClassMetrics> classes)
    {
        foreach (var each in classes)
        {
            StringAssert.Contains(page, FormattableString.Invariant(
                $"<tr><th class='name'>{each.Name}<td>{each.Precision:0.000}<td>{each.Recall:0.000}<td>{each.F1:0.000}<td>{each.Support:#,0}</tr>"));
        }
    }

    private static string Page(Action<string> save)
    {
        using var folder = new TemporaryFolder();
        save(folder.File("report.html"));
        var page = File.ReadAllText(folder.File("report.html"));
        return page;
    }
}
