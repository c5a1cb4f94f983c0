using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Exports;

/// <summary>The reader in Python of docs/onnx.md has the library's tokens and scores.</summary>
[TestClass]
public sealed class PythonReaderTests
{
    /// <summary>The example's own, then what regular expressions and Python's strings might have other ideas about.</summary>
    private static readonly string[] _texts =
    [
        "a fine film",
        "what a bore",
        "The Apple and the PEAR, some plum; very (very) gold!",
        "don't snow_snow 1999 3.5 x86",
        "",
        " \t\n",
        "<unk> rain <unk>",
        "STRASSE straße Über u\u0308ber caf\u00e9 cafe\u0301",
        "«wind» — “hail” … iron-zinc",
        "unheard-of words \ud83d\ude00",
        "ПЛЮМ плюм ΣΊΣΥΦΟΣ",
    ];

    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void ItHasAtMost40Lines() => Assert.IsInRange(20, 40, PythonReader.Code.TrimEnd().Count(character => character == '\n') + 1);

    [TestMethod]
    [DataRow(TokenKind.Words, true)]
    [DataRow(TokenKind.Words, false)]
    [DataRow(TokenKind.Characters, false)]
    public void TokensAndScoresAreTheLibrarys(TokenKind kind, bool lowercase)
    {
        PythonReader.RequirePython();
        var options = Small.Classification();
        options.Vocabulary = options.Vocabulary with { Kind = kind, Lowercase = lowercase, MinimumCount = 1 };
        options.NGrams = null;
        options.Training = options.Training with { MaximumEpochs = 3 };
        var keys = _context.Transforms.Conversion.MapValueToKey("Label");
        var rows = TestData.Rows(60).Concat(_texts.Select((text, i) => new LabelledText { Text = text, Label = TestData.Labels[i % 3] })).ToArray();
        var data = _context.Data.LoadFromEnumerable(rows);
        var model = _context.MulticlassClassification.Trainers.RevGru(options).Fit(keys.Fit(data).Transform(data));
        using var reader = new PythonReader(path => model.SaveAsOnnx(path));

        // The example scores two texts of its own first.
        var (tokens, scores) = reader.Read(_texts);

        string[] texts = [.. _texts[..2], .. _texts];
        var tokenizer = OnnxModelInfo.Read(reader.ModelPath).Tokenizer!;
        var expected = model.Transform(_context.Data.LoadFromEnumerable(texts.Select(text => new LabelledText { Text = text }))).GetColumn<float[]>("Score").ToArray();
        Assert.HasCount(texts.Length, tokens);
        for (var i = 0; i < texts.Length; i++)
        {
            var known = tokenizer.Encode(texts[i]);
            CollectionAssert.AreEqual(known.Length == 0 ? [TextTokenizer.BoundaryToken] : Array.ConvertAll(known, token => (long)token), tokens[i], texts[i]);
            for (var c = 0; c < expected[i].Length; c++)
                Assert.AreEqual(expected[i][c], scores[i][c], 1e-3f, texts[i]);
        }
        Assert.IsGreaterThan(20, tokens.SelectMany(row => row).Distinct().Count(), "Words are known.");
    }
}
