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
        foreach (var each in metrics.Classes)
        {
            StringAssert.Contains(page, FormattableString.Invariant(
                $"<tr><th class='name'>{each.Name}<td>{each.Precision:0.000}<td>{each.Recall:0.000}<td>{each.F1:0.000}<td>{each.Support}</tr>"));
        }
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

    private static string Page(Action<string> save)
    {
        using var folder = new TemporaryFolder();
        save(folder.File("report.html"));
        var page = File.ReadAllText(folder.File("report.html"));
        return page;
    }
}
