using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What tests of a classifier found, written down: a page that a browser opens, JSON and a table.</summary>
[TestClass]
public sealed class TestingPageTests
{
    private const string Attack = "</p><script>document.title='broken'</script>\"\n=cmd,&";

    [TestMethod]
    public void APageShowsWhatWasFound()
    {
        var report = Report();

        var page = Written(report.SaveHtml);
        var (elements, errors) = Browser.Open(page);

        Assert.AreEqual("", errors);
        StringAssert.Contains(elements, "<title>Robustness</title>");
        Assert.HasCount(report.Examples.Count, Regex.Matches(elements, "class=\"flip\""));
        Assert.HasCount((2 * report.Coverage.Options.WindowLength) + 243, Regex.Matches(elements, "<rect class=\"(covered|open)\""));
        Assert.HasCount(3, Regex.Matches(elements, "<polyline"));
        Assert.HasCount(report.Coverage.Words.Count, Regex.Matches(elements, "<title>[abc]{5}: [1-9][0-9]* texts"));
        Assert.IsFalse(Regex.IsMatch(page, "https?:|src=|href=|url\\(|import|<script"), "It loads and runs nothing.");
    }

    [TestMethod]
    public void NoTextIsMoreThanAText()
    {
        var report = Report();
        report = report with { Examples = [new ClassFlip(MutationKind.Swap, Attack, Attack, Attack, Attack, [Attack])], Words = [new WordFlips(Attack, 2, 1)], ModelName = Attack };

        var (elements, errors) = Browser.Open(Written(report.SaveHtml));

        Assert.AreEqual("", errors);
        StringAssert.Contains(elements, "<title>Robustness</title>");
        Assert.DoesNotContain("<script", elements);
        StringAssert.Contains(WebUtility.HtmlDecode(elements), Attack);
    }

    [TestMethod]
    public void CoverageHasAPageOfItsOwn()
    {
        var coverage = Trained.Binary.Coverage(Trained.Mixed(), options: new CoverageOptions { WindowLength = 4, Segments = 2, Symbols = 10 });
        var tall = Trained.Binary.Coverage(Trained.Mixed(), options: new CoverageOptions { Segments = 8, Symbols = 4 });

        var (elements, errors) = Browser.Open(Written(coverage.SaveHtml));

        Assert.AreEqual("", errors);
        Assert.HasCount(8 + 100, Regex.Matches(elements, "<rect"));
        StringAssert.Contains(Written(tall.SaveHtml), "of 65536");
        using var json = JsonDocument.Parse(Written(coverage.SaveJson));
        Assert.AreEqual(coverage.Figures.Boundary, json.RootElement.GetProperty("figures").GetProperty("boundary").GetDouble());
    }

    [TestMethod]
    public void JsonAndTableHaveAllOfIt()
    {
        var report = Report() with { Examples = [new ClassFlip(MutationKind.Deletion, Attack, "plain", "a", "b", ["x", "y"])] };

        using var json = JsonDocument.Parse(Written(report.SaveJson));
        Assert.AreEqual(report.Flips, json.RootElement.GetProperty("flips").GetInt64());
        Assert.AreEqual("Genetic", json.RootElement.GetProperty("mode").GetString());
        Assert.AreEqual(Attack, json.RootElement.GetProperty("examples")[0].GetProperty("text").GetString());
        Assert.AreEqual(report.Coverage.Words.Count, json.RootElement.GetProperty("coverage").GetProperty("words").EnumerateObject().Count());
        Assert.AreEqual(
            "Kind,Before,After,Words,Text,Mutant\r\nDeletion,a,b,x y,\"" + Attack.Replace("\"", "\"\"", StringComparison.Ordinal) + "\",plain\r\n", Written(report.SaveCsv));
    }

    private static RobustnessReport Report()
        => Trained.Context.RobustnessReport(Trained.Classifier, Trained.Data(), new MutationOptions { ModelCalls = 400, SeedTexts = 20, Population = 5, ExampleCount = 9 });

    private static string Written(Action<string> write)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("written");
        write(path);
        return File.ReadAllText(path);
    }
}
