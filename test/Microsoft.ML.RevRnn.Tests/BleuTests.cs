using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.RevRnn.Evaluation;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>BLEU against what sacreBLEU gives.</summary>
[TestClass]
public sealed class BleuTests
{
    /// <summary>1e-12, of figures in per cent.</summary>
    private const double PerCent = 1e-10;

    private static readonly MLContext _context = new();

    /// <summary>All that there are, so that others of its kind that are put beside it are tests at once.</summary>
    private static IEnumerable<object[]> Files => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "bleu*.json").Order().Select(path => new object[] { path });

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void TokensAreThoseOfMteval13a(string file)
    {
        var tokenizer = new BleuTokenizer(new BleuOptions());
        foreach (var line in Golden(file).GetProperty("tokenization_13a").EnumerateArray())
            CollectionAssert.AreEqual(Texts(line.GetProperty("tokens")), tokenizer.Cut(line.GetProperty("text").GetString()!), line.ToString());
    }

    [TestMethod]
    public void WhiteSpaceIsWhatPythonSplitsAt()
        => CollectionAssert.AreEqual(
            new[] { "a", "b", "c", "d\u200b", "\ufeffe" }, new BleuTokenizer(new BleuOptions()).Cut("a\u001cb\u0085c\u00a0d\u200b\u3000\ufeffe\u001f"));

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void ScoresAreThoseOfSacreBleu(string file)
    {
        foreach (var item in Golden(file).GetProperty("cases").EnumerateArray())
        {
            var name = item.GetProperty("name").GetString();
            var options = new BleuOptions
            {
                Tokenization = item.GetProperty("tokenize").GetString() == "13a" ? BleuTokenization.Mteval13a : BleuTokenization.None,
                Smoothing = item.GetProperty("smooth").GetString() switch
                {
                    "exp" => BleuSmoothing.Exponential,
                    "floor" => BleuSmoothing.Floor,
                    "add-k" => BleuSmoothing.AddK,
                    _ => BleuSmoothing.None,
                },
                Lowercase = item.GetProperty("lowercase").GetBoolean(),
                EffectiveOrder = item.GetProperty("effective_order").GetBoolean(),
            };
            string[][] references = [.. item.GetProperty("references").EnumerateArray().Select(Texts)];
            var expected = item.GetProperty("expected");

            var actual = TextMetrics.Bleu(Texts(item.GetProperty("hypotheses")), references, options);

            Assert.AreEqual(expected.GetProperty("score").GetDouble(), actual.Score, PerCent, name);
            CollectionAssert.AreEqual(Numbers(expected, "counts"), actual.Matches.Select(count => (double)count).ToArray(), name);
            CollectionAssert.AreEqual(Numbers(expected, "totals"), actual.Totals.Select(count => (double)count).ToArray(), name);
            foreach (var (one, other) in Numbers(expected, "precisions").Zip(actual.Precisions))
                Assert.AreEqual(one, other, PerCent, name);
            Assert.AreEqual(expected.GetProperty("bp").GetDouble(), actual.BrevityPenalty, 1e-12, name);
            Assert.AreEqual(expected.GetProperty("sys_len").GetInt64(), actual.HypothesisLength, name);
            Assert.AreEqual(expected.GetProperty("ref_len").GetInt64(), actual.ReferenceLength, name);
        }
    }

    [TestMethod]
    public void TheSignatureSaysHow()
    {
        string[] texts = ["A text."];
        Matches(new BleuOptions(), @"^nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:RevRnn-\d+\.\d+");
        Matches(new BleuOptions { Lowercase = true, EffectiveOrder = true, Tokenization = BleuTokenization.None, Smoothing = BleuSmoothing.None },
            @"^nrefs:1\|case:lc\|eff:yes\|tok:none\|smooth:none\|");
        Matches(new BleuOptions { Smoothing = BleuSmoothing.Floor }, @"\|smooth:floor\[0\.10\]\|");
        Matches(new BleuOptions { Smoothing = BleuSmoothing.AddK, SmoothingValue = 2 }, @"\|smooth:add-k\[2\.00\]\|");
        StringAssert.StartsWith(TextMetrics.Bleu(texts, [texts, texts]).Signature, "nrefs:2|");

        void Matches(BleuOptions options, string pattern) => StringAssert.Matches(TextMetrics.Bleu(texts, texts, options).Signature, new Regex(pattern));
    }

    [TestMethod]
    public void ColumnsOfTextAndOfTokens()
    {
        Row[] rows =
        [
            new() { Text = "Der Mann geht durch den Wald.", Target = "Ein Mann fährt durch den dunklen Wald." },
            new() { Text = null, Target = "Leer." },
        ];
        foreach (var row in rows)
            (row.Tokens, row.TargetTokens) = (row.Text?.Split(' ') ?? [], row.Target.Split(' '));
        var data = _context.Data.LoadFromEnumerable(rows);

        string[] hypotheses = [rows[0].Text!, ""], references = [rows[0].Target, rows[1].Target];
        CheckSame(TextMetrics.Bleu(hypotheses, references), TextMetrics.Bleu(data, "Text", "Target"));
        CheckSame(
            TextMetrics.Bleu(hypotheses, references, new BleuOptions { Tokenization = BleuTokenization.None }), TextMetrics.Bleu(data, "Tokens", "TargetTokens"));
        // A token may hold what would part texts.
        Assert.AreEqual(1, TextMetrics.BleuOfTokens([["a b"]], [["A B"]], new BleuOptions { Lowercase = true }).Matches[0]);

        static void CheckSame(BleuScore expected, BleuScore actual)
        {
            Assert.IsGreaterThan(0, actual.Score);
            Assert.AreEqual(expected.Score, actual.Score);
            Assert.AreEqual(expected.Signature, actual.Signature);
        }
    }

    [TestMethod]
    public void WhatDoesNotFitIsNamed()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => TextMetrics.Bleu(["a", "b"], ["a"])).Message, "There are 2 hypotheses, and 1 references in list 0");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => TextMetrics.Bleu([], Array.Empty<string>())).Message, "There are 0 hypotheses");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => TextMetrics.Bleu(["a", null!], ["a", "b"])).Message, "The hypothesis of sentence 1 is null");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TextMetrics.Bleu(["a"], ["a"], new BleuOptions { SmoothingValue = 0 })).Message,
            "SmoothingValue is 0; it must be above 0, up to 1000.");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TextMetrics.Bleu(["a"], ["a"], new BleuOptions { Smoothing = (BleuSmoothing)9 })).Message, "Smoothing is 9");
        var data = _context.Data.LoadFromEnumerable(new[] { new Row { Target = "a" } });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TextMetrics.Bleu(data, "Translation", "Target")).Message, "no column 'Translation' that is text");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TextMetrics.Bleu(data, "Tokens", "Target")).Message, "both must be text, or both tokens");
    }

    private static JsonElement Golden(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement;

    private static string[] Texts(JsonElement element) => [.. element.EnumerateArray().Select(text => text.GetString()!)];

    private static double[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    private sealed class Row
    {
        public string? Text { get; set; }

        public string Target { get; set; } = "";

        public string[] Tokens { get; set; } = [];

        public string[] TargetTokens { get; set; } = [];
    }
}
