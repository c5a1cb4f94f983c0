using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Options of translations are checked when the estimator is made.</summary>
[TestClass]
public sealed class TranslationOptionsTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(nameof(TranslationOptions.Context), (AttentionContext)9, "Hidden, Embedding, Slice, EmbeddingAndSlice")]
    [DataRow(nameof(TranslationOptions.SliceSize), 0, "from 1 to 8192")]
    [DataRow(nameof(TranslationOptions.Score), (AttentionScore)9, "General, Dot")]
    [DataRow(nameof(TranslationOptions.InputDropout), 1f, "from 0 to 0.95")]
    [DataRow(nameof(TranslationOptions.LayerDropout), -0.1f, "from 0 to 0.95")]
    [DataRow(nameof(TranslationOptions.OutputDropout), 1f, "from 0 to 0.95")]
    [DataRow(nameof(TranslationOptions.SliceDropout), 1f, "from 0 to 0.95")]
    [DataRow(nameof(TranslationOptions.SoftmaxSamples), -1, "from 0 to 1000000")]
    public void AnOptionOfTheModelOutOfItsRangeIsNamed(string option, object value, string range)
    {
        var model = new TranslationOptions();
        typeof(TranslationOptions).GetProperty(option)!.SetValue(model, value);

        AssertNamed(option, range, new RevTranslationOptions { Model = model });
    }

    [TestMethod]
    [DataRow(nameof(DecodingOptions.BeamWidth), 0, "from 1 to 1000")]
    [DataRow(nameof(DecodingOptions.LengthPenalty), -1d, "from 0 to 10")]
    [DataRow(nameof(DecodingOptions.MaximumLength), 0, "from 1 to 1000000")]
    public void AnOptionOfDecodingOutOfItsRangeIsNamed(string option, object value, string range)
    {
        var decoding = new DecodingOptions();
        typeof(DecodingOptions).GetProperty(option)!.SetValue(decoding, value);

        AssertNamed(option, range, new RevTranslationOptions { Decoding = decoding });
    }

    [TestMethod]
    public void TargetsTokensAreChecked()
        => AssertNamed(nameof(VocabularyOptions.MaximumSize), "from 3 to 10000000", new RevTranslationOptions { TargetVocabulary = new() { MaximumSize = 2 } });

    [TestMethod]
    public void ArgumentsBecomeOptions()
    {
        AssertRefused("HiddenSize", () => _context.Transforms.Text.RevTranslation(hiddenSize: 3));
        AssertRefused("LayerCount", () => _context.Transforms.Text.RevTranslation(layerCount: 9));
        AssertRefused("MaximumEpochs", () => _context.Transforms.Text.RevTranslation(maximumEpochs: 0));
        AssertRefused("BatchSize", () => _context.Transforms.Text.RevTranslation(batchSize: 0));
        AssertRefused("LearningRate", () => _context.Transforms.Text.RevTranslation(learningRate: 0));
        AssertRefused("Kind", () => _context.Transforms.Text.RevTranslation(tokens: (TokenKind)9));
        AssertRefused("Cell", () => _context.Transforms.Text.RevTranslation(cell: (CellKind)99));

        var epochs = new List<int>();
        var model = _context.Transforms.Text
            .RevTranslation("Out", "Target", "Source", CellKind.RevGru, TokenKind.Bytes, 20, 2, 3, 16, 0.01f, new Listener(progress => epochs.Add(progress.Epoch)))
            .Fit(PairData.Data(40));

        Assert.AreEqual("Target Source Out TranslationScore", string.Join(' ', model.SourceColumnName, model.TargetColumnName, model.OutputColumnName, model.ScoreColumnName));
        Assert.IsNull(model.AlignmentColumnName);
        Assert.IsTrue(model.Network is { Cell: CellKind.RevGru, HiddenSize: 20, LayerCount: 2 });
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, epochs.Distinct().ToArray());
    }

    [TestMethod]
    [DataRow(nameof(RevTranslationOptions.SourceColumnName))]
    [DataRow(nameof(RevTranslationOptions.TargetColumnName))]
    [DataRow(nameof(RevTranslationOptions.OutputColumnName))]
    [DataRow(nameof(RevTranslationOptions.ScoreColumnName))]
    [DataRow(nameof(RevTranslationOptions.AlignmentColumnName))]
    public void ColumnsMustHaveNames(string option)
    {
        var options = new RevTranslationOptions();
        typeof(RevTranslationOptions).GetProperty(option)!.SetValue(options, " ");

        Assert.AreEqual(option, Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevTranslation(options)).ParamName);
    }

    [TestMethod]
    [DataRow(nameof(RevTranslationOptions.SourceColumnName), nameof(RevTranslationOptions.TargetColumnName))]
    [DataRow(nameof(RevTranslationOptions.OutputColumnName), nameof(RevTranslationOptions.ScoreColumnName))]
    [DataRow(nameof(RevTranslationOptions.OutputColumnName), nameof(RevTranslationOptions.AlignmentColumnName))]
    [DataRow(nameof(RevTranslationOptions.ScoreColumnName), nameof(RevTranslationOptions.AlignmentColumnName))]
    public void ColumnsMustDiffer(string one, string other)
    {
        var options = new RevTranslationOptions();
        typeof(RevTranslationOptions).GetProperty(one)!.SetValue(options, "X");
        typeof(RevTranslationOptions).GetProperty(other)!.SetValue(options, "X");

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevTranslation(options)).Message, $"{one} and {other} are both 'X'; they must differ.");
    }

    [TestMethod]
    public void OptionsThatContradictEachOtherAreRefused()
    {
        AssertContradiction("WordVectors is set, and a translation model starts from random vectors", new() { WordVectors = new() { Path = "x.vec" } });
        AssertContradiction(
            "SharedVocabulary is set, and TargetVocabulary is another than Vocabulary",
            new() { Model = new() { SharedVocabulary = true }, TargetVocabulary = new() { Kind = TokenKind.Words } });
        AssertContradiction(
            "ActivationStrategy is Hybrid, and Cell is Gru, which cannot be reversed",
            new() { Network = new() { Cell = CellKind.Gru }, Training = new() { ActivationStrategy = ActivationStrategy.Hybrid } });
        Assert.AreEqual("Model", Assert.ThrowsExactly<ArgumentNullException>(() => new RevTranslationOptions { Model = null! }).ParamName);
        Assert.AreEqual("Decoding", Assert.ThrowsExactly<ArgumentNullException>(() => new RevTranslationOptions { Decoding = null! }).ParamName);

        void AssertContradiction(string message, RevTranslationOptions options)
            => StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevTranslation(options)).Message, message);
    }

    private void AssertNamed(string option, string range, RevTranslationOptions options)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.Text.RevTranslation(options));

        Assert.AreEqual(option, failure.ParamName);
        StringAssert.Contains(failure.Message, option);
        StringAssert.Contains(failure.Message, range);
    }

    private static void AssertRefused(string option, Action make) => Assert.AreEqual(option, Assert.ThrowsExactly<ArgumentOutOfRangeException>(make).ParamName);
}
