using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Data of which there is little to learn: it is told, and of what there is nothing to learn of no model is made.</summary>
[TestClass]
public sealed class UnknownDataTests
{
    private readonly MLContext _context = new(seed: 3);
    private readonly List<string> _warnings = [];

    public UnknownDataTests() => _context.Log += (_, e) =>
    {
        if (e.Kind == ChannelMessageKind.Warning)
            _warnings.Add(e.RawMessage);
    };

    /// <summary>Of 20 rows each has three words that others have, and one of its own: a quarter.</summary>
    [TestMethod]
    public void TheShareOfUnknownTokensIsTold()
    {
        Fit([.. Enumerable.Range(0, 20).Select(i => $"one two three own{(char)('a' + i)}")], options => options.Vocabulary = options.Vocabulary with { MinimumCount = 2 });

        Assert.HasCount(1, _warnings);
        StringAssert.StartsWith(_warnings[0], "25.0 % of the tokens in column 'Text' to train on are unknown.");
        StringAssert.Contains(_warnings[0], "MinimumCount (2)");
        StringAssert.Contains(_warnings[0], "TokenKind.BytePairs");
    }

    /// <summary>One token in ten is no more than a tenth.</summary>
    [TestMethod]
    public void ATenthIsNot()
    {
        Fit([.. Enumerable.Range(0, 20).Select(i => $"a b c d e f g h i own{(char)('a' + i)}")], options => options.Vocabulary = options.Vocabulary with { MinimumCount = 2 });

        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void WordsOfWhichFewAreKeptAreTold()
    {
        Fit(["a b c d", "a b c d", "a"], options => options.Vocabulary = options.Vocabulary with { MaximumSize = 3 });

        StringAssert.StartsWith(_warnings.Single(), "66.7 % of the tokens");
        StringAssert.Contains(_warnings.Single(), "MaximumSize (3)");
        StringAssert.Contains(_warnings.Single(), "MinimumCount (by default 1, from 20,000 of them on 2)");
    }

    [TestMethod]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void BytesKnowAllText(TokenKind kind)
    {
        Fit([.. Enumerable.Range(0, 20).Select(i => $"own{i} \ud83d\ude00")], options => options.Vocabulary = options.Vocabulary with { Kind = kind });

        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void MissingKeysAreTold()
    {
        var known = Trained.KeyedWords();
        var options = Small.Features();
        options.InputColumnName = "Words";
        var map = _context.Transforms.Conversion.MapValueToKey("Words").Fit(Trained.Data());
        var data = _context.Data.LoadFromEnumerable(new[] { new LabelledText { Words = ["apple", "other", "apple", "apple"] } });

        _context.Transforms.RevGru(options).Fit(known);
        Assert.IsEmpty(_warnings);

        _context.Transforms.RevGru(options).Fit(map.Transform(data));
        StringAssert.StartsWith(_warnings.Single(), "25.0 % of the tokens in column 'Words' to train on are unknown. They are missing keys");
    }

    [TestMethod]
    public void HeldBackTextsOfOtherWordsAreTold()
    {
        _context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(Trained.Data(), Trained.Texts("apple pear", "never heard"));

        StringAssert.StartsWith(_warnings.Single(), "50.0 % of the tokens in column 'Text' to validate on are unknown.");
    }

    [TestMethod]
    public void TextsThatTheLanguageModelDoesNotKnowAreTold()
    {
        var options = Small.Classification();
        options.LanguageModel = Trained.LanguageModel;

        _context.MulticlassClassification.Trainers.RevLstm(options).Fit(new RowsView(2, ("apple never", 1), ("heard zinc", 2)));

        StringAssert.StartsWith(_warnings.Single(), "50.0 % of the tokens in column 'Text' to train on are unknown. The tokens were learned from other texts.");
    }

    [TestMethod]
    public void EmptyTextsMakeNoClassifier()
        => AssertNothingToLearn(() => _context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(new RowsView(2, ("", 1), (" \t", 2))));

    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void EmptyTextsMakeNoOtherTrainersModel(TrainerKind kind)
    {
        var data = Trained.Keys.Transform(_context.Data.LoadFromEnumerable(
            TestData.MixedRows(20).Select(row => new MixedText { Text = "", HasMetal = row.HasMetal, Flags = row.Flags, Tags = row.Tags })));
        AssertNothingToLearn(() => EachTrainer.Fit(_context, EachTrainer.Options(kind), data));
    }

    [TestMethod]
    public void EmptyTextsMakeNoFeaturesAndNoLanguageModel()
    {
        var texts = _context.Data.LoadFromEnumerable(new[] { new LabelledText { Text = "" }, new LabelledText { Text = null } });

        AssertNothingToLearn(() => _context.Transforms.RevGru(Small.Features()).Fit(texts));
        AssertNothingToLearn(() => _context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(texts));
    }

    [TestMethod]
    public void EmptyVectorsOfKeysMakeNoModel()
    {
        var options = Small.Features();
        options.InputColumnName = "Words";
        var map = _context.Transforms.Conversion.MapValueToKey("Words").Fit(Trained.Data());

        var failure = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.Transforms.RevLstm(options).Fit(map.Transform(Trained.Texts("a", "b"))));

        Assert.Contains("Every vector of keys is empty.", failure.Message);
    }

    private static void AssertNothingToLearn(Action fit)
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(fit);
        StringAssert.StartsWith(failure.Message, "No row has a token in column 'Text', so there is nothing in it to train on. Every text is empty or white space.");
        StringAssert.Contains(failure.Message, "separator");
    }

    private void Fit(string[] texts, Action<RevRnnFeaturesOptions>? change = null)
    {
        var options = Small.Features();
        options.Training = options.Training with { MaximumEpochs = 1 };
        change?.Invoke(options);
        _context.Transforms.RevGru(options).Fit(Trained.Texts(texts));
    }
}
