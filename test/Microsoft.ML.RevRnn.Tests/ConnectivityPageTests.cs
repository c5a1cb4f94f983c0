using System.Net;
using System.Text.RegularExpressions;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The page of what predictions hang on, opened by a browser: it runs without an error, answers its reader, and shows texts as they are.</summary>
[TestClass]
public sealed class ConnectivityPageTests
{
    private const string Attack = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">&amp;'";

    /// <summary>Moves the pointer over the fifth token of the first model.</summary>
    private const string Hover = "document.querySelectorAll('.tokens span')[4].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));";

    [TestMethod]
    public void TheLastPredictionIsSelectedAtFirst()
    {
        var (elements, errors) = Browser.Open(Page(Trained.Counter.Connectivity(Trained.Count)));

        Assert.AreEqual("", errors);
        StringAssert.Contains(elements, "data-selected=\"8\"");
        var tokens = Tokens(elements);
        Assert.HasCount(9, tokens);
        StringAssert.Contains(tokens[8].Class, "selected");
        Assert.Contains(100, tokens.Select(token => token.Share), "The most that it hangs on is shaded fully.");
        StringAssert.Contains(elements, "<code>&lt;boundary&gt;</code>");
    }

    [TestMethod]
    public void APointerOverATokenShowsWhatItsPredictionUsed()
    {
        var report = Trained.Counter.Connectivity(Trained.Count);

        var (elements, errors) = Browser.Open(Page(report), Hover);

        Assert.AreEqual("", errors);
        StringAssert.Contains(elements, "data-selected=\"4\"");
        var tokens = Tokens(elements);
        StringAssert.Contains(tokens[4].Class, "selected");
        var values = report.Predictions[4].Connectivity.Values;
        for (var t = 0; t < 4; t++)
            Assert.AreEqual(100 * values[t] / values.Max(), tokens[t].Share, 1, $"token {t}");
        foreach (var (_, share) in tokens[4..])
            Assert.AreEqual(0, share, "What follows is never shaded.");
        StringAssert.Contains(elements, $"<li class=\"target\"><code>{report.Tokens[4].Trim()}</code>");
    }

    [TestMethod]
    public void KeysAndTapsSelectToo()
    {
        const string Actions =
            """
            const selected = [document.body.dataset.selected];
            document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }));
            selected.push(document.body.dataset.selected);
            document.querySelectorAll('.tokens span')[2].click();
            selected.push(document.body.dataset.selected);
            document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
            selected.push(document.body.dataset.selected);
            document.body.dataset.course = selected.join();
            """;

        StringAssert.Contains(Browser.Open(Page(Trained.Counter.Connectivity(Trained.Count)), Actions).Elements, "data-course=\"8,7,2,3\"");
    }

    [TestMethod]
    public void SeveralModelsFollowTheSameToken()
    {
        var path = Path.GetTempFileName();
        ConnectivityReport[] reports = [Trained.Counter.Connectivity(Trained.Count), Trained.LanguageModel.Connectivity(Trained.Count)];
        reports.SaveHtml(path);
        var page = File.ReadAllText(path);
        File.Delete(path);

        var (elements, errors) = Browser.Open(page, Hover);

        Assert.AreEqual("", errors);
        Assert.AreEqual(2, Regex.Count(elements, "class=\"[^\"]*selected[^\"]*\""));
    }

    [TestMethod]
    public void NoTextIsMoreThanAText()
    {
        var report = Trained.Counter.Connectivity("one two") with { ModelName = Attack, Tokens = [Attack, " two"] };
        var evil = report.Predictions[^1].Target with { Text = Attack };
        report = report with { Predictions = [.. report.Predictions.Select(row => row with { Target = evil, MostProbable = [evil] })] };

        var page = Page(report);
        var (elements, errors) = Browser.Open(page, "document.body.dataset.ran = document.querySelector('.tokens span').textContent;");

        Assert.AreEqual("", errors);
        Assert.DoesNotContain("<img", elements);
        StringAssert.Contains(elements, "<title>What predictions hang on</title>");
        StringAssert.Contains(WebUtility.HtmlDecode(elements), "data-ran=\"</script>");
        Assert.AreEqual(2, Regex.Count(page, "</script>"), "Its data and its script end where they should.");
        Assert.IsFalse(Regex.IsMatch(Page(Trained.Counter.Connectivity("one two")), "https?:|src=|href=|url\\(|import"), "It loads nothing.");
    }

    [TestMethod]
    public void AnExplanationIsShownByToken()
    {
        var path = Path.GetTempFileName();
        var explanation = Trained.Classifier.Explain("the cat & <the> dog");
        explanation.SaveHtml(path);
        var page = File.ReadAllText(path);
        File.Delete(path);

        var (elements, errors) = Browser.Open(page);

        Assert.AreEqual("", errors);
        Assert.HasCount(explanation.Tokens.Count, Tokens(elements));
        Assert.AreEqual(100, Tokens(elements).Max(token => token.Share));
    }

    private static string Page(ConnectivityReport report)
    {
        var path = Path.GetTempFileName();
        report.SaveHtml(path);
        var page = File.ReadAllText(path);
        File.Delete(path);
        return page;
    }

    /// <summary>Class and shading of the tokens.</summary>
    private static (string Class, int Share)[] Tokens(string elements)
    {
        var text = Regex.Match(elements, "<div class=\"tokens\">(.*?)</div>", RegexOptions.Singleline).Groups[1].Value;
        return [.. Regex.Matches(text, "<span class=\"([^\"]*)\" style=\"--share: ?([0-9]+)%;?\"").Select(token => (token.Groups[1].Value, int.Parse(token.Groups[2].Value)))];
    }
}
