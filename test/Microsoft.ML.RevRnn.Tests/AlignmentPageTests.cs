using Microsoft.ML.RevRnn.Reports;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Alignments as a picture, and the report of a translation model.</summary>
[TestClass]
public sealed class AlignmentPageTests
{
    [TestMethod]
    public void EachPieceHasItsMark()
    {
        var html = new Html();
        AlignmentChart.Write(html, Translated("ab c", "yx", ["a", "b", " ", "c"], ["y", "x"], [3, 0]));
        var drawing = html.ToString();

        StringAssert.Contains(drawing, "<h3>ab c → yx</h3>");
        // A row of 20 for each piece of the translation, a column of 20 for each of the source.
        StringAssert.Contains(drawing, "viewBox='0 0 103 64'");
        StringAssert.Contains(drawing, "<rect class='measured' x='80' y='21' width='18' height='18' rx='2'><title>y of c</title></rect>");
        StringAssert.Contains(drawing, "<rect class='measured' x='20' y='41' width='18' height='18' rx='2'><title>x of a</title></rect>");
        StringAssert.Contains(drawing, ">␣</text>");
    }

    [TestMethod]
    public void TextsAreNoMarkup()
    {
        var html = new Html();
        AlignmentChart.Write(html, Translated("<b>", "'&'", ["<script>alert('1')</script>"], ["'&'"], [0]));
        AlignmentChart.Write(html, Translated("", "", [], [], []));

        Assert.DoesNotContain("<script>", html.ToString());
        Assert.DoesNotContain("<b>", html.ToString());
        Assert.DoesNotContain("'&'", html.ToString());
    }

    [TestMethod]
    public void AlignmentsAreAPage()
    {
        using var folder = new TemporaryFolder();

        Trained.Translator.SaveAlignments(folder.File("a.html"), ["rain gold apple", ""]);

        var page = File.ReadAllText(folder.File("a.html"));
        StringAssert.Contains(page, "<h1>Alignments</h1>");
        Assert.DoesNotContain("<h2>", page);
        StringAssert.Contains(page, "<h3>rain gold apple → Regen Gold Apfel</h3>");
        StringAssert.Contains(page, "default-src 'none'");
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal));
    }

    [TestMethod]
    public void AModelsReportHasItsTestAndBothSidesMemory()
    {
        using var folder = new TemporaryFolder();
        var test = PairData.Data(30, seed: 5);
        var metrics = Trained.Translator.Evaluate(test);

        Trained.Translator.SaveReport(folder.File("a.html"), test, alignmentCount: 3);
        Trained.KeyTranslator.SaveReport(folder.File("k.html"), PairData.Keyed(30, seed: 5));

        var page = File.ReadAllText(folder.File("a.html"));
        StringAssert.Contains(page, FormattableString.Invariant($"<dt>BLEU</dt><dd>{metrics.Bleu.Score:0.00}</dd>"));
        foreach (var part in new[] { "<h2>Training</h2>", "Perplexity by epoch", "the encoder, at its peak", "the decoder, stored", metrics.Bleu.Signature, "<h2>Alignments</h2>" })
            StringAssert.Contains(page, part);
        Assert.HasCount(3, page.Split("<figure class='alignment'")[1..]);
        Assert.DoesNotContain("<h2>Alignments</h2>", File.ReadAllText(folder.File("k.html")));
    }

    private static TranslatedText Translated(string source, string text, string[] sourcePieces, string[] pieces, int[] alignment) => new()
    {
        Source = source,
        Text = text,
        LogProbability = -1,
        Score = -1,
        SourcePieces = sourcePieces,
        Pieces = pieces,
        Alignment = alignment,
    };
}
