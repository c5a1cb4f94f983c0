using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;
using Translation;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What translations are learned from: what is wrong with it is said before training.</summary>
[TestClass]
public sealed class TranslationInputTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void AMissingColumnIsNamed()
    {
        StringAssert.Contains(
            Refused<ArgumentOutOfRangeException>(_context.Data.LoadFromEnumerable(new[] { new { Target = "a" } })),
            "The data has no column 'Source', which is to be the source column. It has 'Target'.");
        StringAssert.Contains(
            Refused<ArgumentOutOfRangeException>(_context.Data.LoadFromEnumerable(new[] { new { Source = "a" } })),
            "The data has no column 'Target', which is to be the target column. It has 'Source'.");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Translator.Transform(_context.Data.LoadFromEnumerable(new[] { new { Target = "a" } }))).Message,
            "no column 'Source'");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Translator.Evaluate(_context.Data.LoadFromEnumerable(new[] { new { Source = "a" } }))).Message,
            "no column 'Target', which is to be the target column");
    }

    [TestMethod]
    public void AColumnOfAnotherTypeIsNamed()
    {
        StringAssert.Contains(
            Refused<ArgumentOutOfRangeException>(_context.Data.LoadFromEnumerable(new[] { new { Source = "a", Target = 1f } })),
            "The target column 'Target' is Single; it must be text or a vector of Key<UInt32>");
        StringAssert.Contains(
            Refused<ArgumentOutOfRangeException>(_context.Data.LoadFromEnumerable(new[] { new { Source = new[] { "a" }, Target = "a" } })),
            "The source column 'Source' is VarVector<String>; it must be text or a vector of Key<UInt32>, which Conversion.MapValueToKey makes of a vector of text.");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(
                () => Trained.Translator.Evaluate(_context.Data.LoadFromEnumerable(new[] { new { Source = "a", Target = 1f } }))).Message,
            "The target column 'Target' is Single; it must be text.");
    }

    [TestMethod]
    public void DataWithoutPairsAreRefused()
    {
        StringAssert.Contains(Refused<InvalidOperationException>(PairData.Of()), "The data has no rows, so there is nothing in columns 'Source', 'Target' to train on.");
        StringAssert.Contains(
            Refused<InvalidOperationException>(PairData.Of(new TextPair { Source = "a", Target = " " }, new TextPair { Source = null, Target = "b" })),
            "No row has something in both the source column 'Source' and the target column 'Target', so there is nothing to train on.");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.Text.RevTranslation(Small.Translation()).Fit(PairData.Data(40), PairData.Of())).Message,
            "nothing in columns 'Source', 'Target' to validate on");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Trained.Translator.Evaluate(PairData.Of())).Message,
            "The data has no rows, so there is nothing in column 'Source' to evaluate.");
    }

    [TestMethod]
    public void RowsWithAnEmptySideAreLeftOut()
    {
        var pairs = PairData.Create(60);
        TextPair[] empty = [new() { Source = "", Target = "a" }, new() { Source = "a", Target = null }, new() { Source = "\u200e", Target = "a" }];
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };

        var with = PairData.Lines(Fit(PairData.Of([.. pairs, .. empty])), PairData.ProbeData());

        Assert.AreEqual("Skipped 3 rows of which the source column 'Source' or the target column 'Target' is empty.", warnings.Single());
        CollectionAssert.AreEqual(PairData.Lines(Fit(PairData.Of(pairs)), PairData.ProbeData()), with);
    }

    [TestMethod]
    public void UnknownTokensAreWarnedOf()
    {
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 1 };
        options.TargetVocabulary = options.Vocabulary with { MaximumSize = 4 };

        _context.Transforms.Text.RevTranslation(options).Fit(PairData.Data(60));

        StringAssert.Contains(warnings.Single(), "of the tokens in column 'Target' to train on are unknown.");
    }

    [TestMethod]
    public void ASharedVocabularyTakesTheSameTokens()
    {
        var options = Small.Translation();
        options.Model = options.Model with { SharedVocabulary = true };
        options.TargetColumnName = "TargetWords";
        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevTranslation(options).Fit(PairData.Keyed(40)));

        StringAssert.Contains(failure.Message, "SharedVocabulary is set, and the source column 'Source' is String, the target column 'TargetWords' ");
    }

    [TestMethod]
    public void FilesOfDifferentLengthAreNamedWithTheLine()
    {
        using var folder = new TemporaryFolder();
        FileInfo source = new(folder.File("text.en")), target = new(folder.File("text.de"));
        File.WriteAllText(source.FullName, "one\ntwo\nthree\n");
        File.WriteAllText(target.FullName, "eins\nzwei\ndrei");
        Assert.AreEqual("one eins|two zwei|three drei", string.Join('|', ParallelText.Read(source, target).Select(pair => $"{pair.Source} {pair.Target}")));

        File.AppendAllText(target.FullName, "\nvier\nf\u00fcnf\n");
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => ParallelText.Read(source, target));
        StringAssert.Contains(failure.Message, $"'{source.FullName}' has 3 lines, and '{target.FullName}' 5: line 4 of 'text.de' has none in 'text.en'");
        failure = Assert.ThrowsExactly<InvalidDataException>(() => ParallelText.Read(target, source));
        StringAssert.Contains(failure.Message, "line 4 of 'text.de' has none in 'text.en'");
        target.Delete();
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => ParallelText.Read(source, target)).Message, target.FullName);
    }

    private RevTranslationTransformer Fit(IDataView data)
    {
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 2 };
        return _context.Transforms.Text.RevTranslation(options).Fit(data);
    }

    private string Refused<TException>(IDataView data)
        where TException : Exception
        => Assert.ThrowsExactly<TException>(() => Fit(data)).Message;
}
