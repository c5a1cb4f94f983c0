using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Exports;

/// <summary>Text scored by an exported model: tokens by its metadata, then ML.NET's ApplyOnnxModel.</summary>
[TestClass]
public sealed class RevTokensTests
{
    private readonly MLContext _context = new(seed: 3);

    public static IEnumerable<object[]> Tokenizers() =>
    [
        [TokenKind.Words, false],
        [TokenKind.Characters, false],
        [TokenKind.Bytes, true],
        [TokenKind.BytePairs, true],
    ];

    [TestMethod]
    [DynamicData(nameof(Tokenizers))]
    public void TextIsScoredAsByTheModelItself(TokenKind kind, bool nGrams)
    {
        var options = Small.Classification();
        options.Vocabulary = options.Vocabulary with { Kind = kind };
        options.NGrams = nGrams ? new NGramOptions { HashBits = 12 } : null;
        options.Training = options.Training with { MaximumEpochs = 3 };
        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());
        using var folder = new TemporaryFolder();
        var path = folder.File("m.onnx");
        model.SaveAsOnnx(path);
        string[] inputs = nGrams ? ["tokens", "nGramPlaces", "nGramValues"] : ["tokens"];

        var scored = _context.Transforms.Text.RevTokens("tokens", "Text", path)
            .Append(_context.Transforms.ApplyOnnxModel(["Score"], inputs, path, gpuDeviceId: null, fallbackToCpu: false))
            .Fit(Trained.Probes()).Transform(Trained.Probes());

        var expected = model.Transform(Trained.Probes()).GetColumn<float[]>("Score").ToArray();
        var actual = scored.GetColumn<float[]>("Score").ToArray();
        Assert.HasCount(expected.Length, actual);
        foreach (var (a, b) in expected.Zip(actual))
        {
            for (var c = 0; c < a.Length; c++)
                Assert.AreEqual(a[c], b[c], 1e-3f);
        }
    }

    [TestMethod]
    public void TheFileKnowsItsLabels()
    {
        using var stream = new MemoryStream();
        Trained.Classifier.SaveAsOnnx(stream);
        stream.Position = 0;

        var info = OnnxModelInfo.Read(stream);

        CollectionAssert.AreEqual(TestData.Labels.ToArray(), info.ClassNames!.ToArray());
        Assert.AreEqual("Classifier", info.Model);
    }

    [TestMethod]
    public void ItIsSavedWithThePipeline()
    {
        using var folder = new TemporaryFolder();
        var options = Small.Classification();
        options.NGrams = new NGramOptions { HashBits = 12 };
        _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed()).SaveAsOnnx(folder.File("m.onnx"));
        var tokens = _context.Transforms.Text.RevTokens("tokens", "Text", folder.File("m.onnx")).Fit(Trained.Probes());
        _context.Model.Save(tokens, Trained.Probes().Schema, folder.File("tokens.zip"));
        File.Delete(folder.File("m.onnx"));

        var loaded = _context.Model.LoadChecked(folder.File("tokens.zip"), out _);

        var (before, after) = (tokens.Transform(Trained.Probes()), loaded.Transform(Trained.Probes()));
        CollectionAssert.AreEqual(Bits.Lines(before, "nGramValues"), Bits.Lines(after, "nGramValues"));
        foreach (var column in new[] { "tokens", "nGramPlaces" })
            CollectionAssert.AreEqual(Lines(before, column), Lines(after, column));
    }

    [TestMethod]
    public void ATextWithoutTokensHasTheOneThatStandsForNone()
    {
        using var folder = new TemporaryFolder();
        Trained.Classifier.SaveAsOnnx(folder.File("m.onnx"));
        var texts = Trained.Texts("", "the apple");

        var tokens = _context.Transforms.Text.RevTokens("tokens", "Text", folder.File("m.onnx")).Fit(texts).Transform(texts).GetColumn<long[]>("tokens").ToArray();

        CollectionAssert.AreEqual(new long[] { TextTokenizer.BoundaryToken }, tokens[0]);
        Assert.HasCount(2, tokens[1]);
    }

    [TestMethod]
    public void SeveralColumnsAreReadAsOne()
    {
        using var folder = new TemporaryFolder();
        Trained.Classifier.SaveAsOnnx(folder.File("m.onnx"));
        var data = _context.Data.LoadFromEnumerable(new[] { new LabelledText { Text = "the apple", Label = "iron" } });

        var tokens = _context.Transforms.Text.RevTokens("tokens", ["Text", "Label"], folder.File("m.onnx")).Fit(data).Transform(data).GetColumn<long[]>("tokens").Single();

        Assert.HasCount(4, tokens);
        Assert.AreEqual(TextTokenizer.BoundaryToken, tokens[2]);
    }

    [TestMethod]
    public void WhatCannotBeReadIsSaid()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("m.onnx");
        Trained.KeyModel.SaveAsOnnx(path);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.Text.RevTokens("tokens", "Text", path)).Message, "key k is token k + 1");
        File.WriteAllText(path, "no model");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => _context.Transforms.Text.RevTokens("tokens", "Text", path)).Message, path);
        Trained.Classifier.SaveAsOnnx(path);
        var estimator = _context.Transforms.Text.RevTokens("tokens", "Words", path);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(Trained.Data())).Message, "'Words'");
        var tokens = _context.Transforms.Text.RevTokens("tokens", "Text", path).Fit(Trained.Data());
        StringAssert.Contains(
            Assert.ThrowsExactly<NotSupportedException>(() => _context.Model.ConvertToOnnx(tokens, Trained.Data(), new MemoryStream())).Message, "RevTokensTransformer");
    }

    private static string[] Lines(IDataView data, string column) => [.. data.GetColumn<long[]>(column).Select(values => string.Join(' ', values))];
}
