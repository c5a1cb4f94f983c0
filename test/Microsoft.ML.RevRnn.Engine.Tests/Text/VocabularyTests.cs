namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class VocabularyTests
{
    private static readonly VocabularyOptions _all = new() { MinimumCount = 1 };

    [TestMethod]
    public void WordsAreNumberedByFrequencyThenByTheirCharacters()
    {
        var vocabulary = Learn(_all, "b b c a", "c a d a", "Z z é");

        // Ordinal order: z before é.
        Assert.AreEqual("<empty>|<unk>|a|b|c|z|d|é", Words(vocabulary));
        Assert.AreEqual(8, vocabulary.Size);
    }

    [TestMethod]
    public void TheOrderOfTheTextsDoesNotMatter() =>
        Assert.AreEqual(Words(Learn(_all, "x y", "q", "y r")), Words(Learn(_all, "y r", "x y", "q")));

    [TestMethod]
    [DataRow(1, "a|b|c|d")]
    [DataRow(2, "a|b|c")]
    [DataRow(3, "a|b")]
    [DataRow(4, "a")]
    [DataRow(5, "")]
    public void RarerWordsThanTheMinimumCountAreNotKnown(int minimum, string expected) =>
        Assert.AreEqual(("<empty>|<unk>|" + expected).TrimEnd('|'), Words(Learn(new VocabularyOptions { MinimumCount = minimum }, "a a b c", "a b c d", "a b")));

    [TestMethod]
    [DataRow(3, "a")]
    [DataRow(4, "a|b")]
    [DataRow(5, "a|b|c")]
    [DataRow(100, "a|b|c")]
    public void OnlyTheMostFrequentWordsAreKept(int size, string expected) =>
        Assert.AreEqual("<empty>|<unk>|" + expected, Words(Learn(_all with { MaximumSize = size }, "c b a a b a")));

    [TestMethod]
    public void OptionsOutOfRangeAreNamed()
    {
        foreach (var (options, name) in ((VocabularyOptions, string)[])
            [(new() { MaximumSize = 2 }, "MaximumSize"), (new() { MaximumSize = 10_000_001 }, "MaximumSize"),
             (new() { MinimumCount = 0 }, "MinimumCount"), (new() { MinimumCount = 1_000_001 }, "MinimumCount")])
        {
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Learn(options, "a"));
            StringAssert.Contains(failure.Message, name);
        }
        Learn(new VocabularyOptions { MaximumSize = 3, MinimumCount = 1_000_000 }, "a");
        Learn(new VocabularyOptions { MaximumSize = 10_000_000, MinimumCount = 1 }, "a");
        Assert.ThrowsExactly<ArgumentNullException>(() => Vocabulary.Learn(null!, _all));
        Assert.ThrowsExactly<ArgumentNullException>(() => Vocabulary.Learn([], null!));
    }

    [TestMethod]
    public void KnownWordsHaveTheirNumberAndOthersTheUnknownToken()
    {
        var vocabulary = Learn(_all, "to be or not to be");

        CollectionAssert.AreEqual(new[] { 3, 2, 1, 4 }, vocabulary.Encode("to be, not"));
        Assert.AreEqual("to", vocabulary.Word(3));
        Assert.AreEqual("<unk>", vocabulary.Word(Vocabulary.UnknownToken));
        Assert.AreEqual("<empty>", vocabulary.Word(Vocabulary.EmptyToken));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" \t ")]
    [DataRow("\u200B")]
    public void ATextWithoutWordsHasNoTokens(string text)
    {
        Assert.AreEqual(0, Learn(_all, "a").Encode(text).Length);
        Assert.AreEqual(2, Learn(_all, text).Size);
    }

    [TestMethod]
    public void NoTextsMakeAVocabularyOfTheReservedTokens()
    {
        var vocabulary = Learn(_all);

        Assert.AreEqual(2, vocabulary.Size);
        CollectionAssert.AreEqual(new[] { 1, 1 }, vocabulary.Encode("what ever"));
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(3)]
    public void AWordMustBeOfTheVocabulary(int token)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Learn(_all, "a").Word(token));
        StringAssert.Contains(failure.Message, "token");
    }

    [TestMethod]
    public void CaseCountsUnlessItIsToBeIgnored()
    {
        string[] texts = ["Apple apple ÉTÉ été 𐐀𐐨"];
        var ignoring = Learn(_all, texts);
        var counting = Learn(_all with { Lowercase = false }, texts);

        Assert.AreEqual("<empty>|<unk>|apple|été|𐐨𐐨", Words(ignoring));
        CollectionAssert.AreEqual(new[] { 2, 2, 3 }, ignoring.Encode("APPLE aPPle Été"));
        Assert.AreEqual("<empty>|<unk>|Apple|apple|ÉTÉ|été|𐐀𐐨", Words(counting));
        CollectionAssert.AreEqual(new[] { 1, 3, 2 }, counting.Encode("APPLE apple Apple"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void WordsAreTheSameThatAgreeInTheFirst256Characters(bool lowercase)
    {
        var word = new string('q', 256);
        var vocabulary = Learn(_all with { Lowercase = lowercase }, word + "x");

        Assert.AreEqual(word, vocabulary.Word(2));
        CollectionAssert.AreEqual(new[] { 2, 2, 2, 1 }, vocabulary.Encode($"{word} {word}yz {new string('q', 100_000)} {word[1..]}"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ALongWordIsNotCutWithinASurrogatePair(bool lowercase)
    {
        var text = "q" + string.Concat(Enumerable.Repeat("𐐨", 200));
        var vocabulary = Learn(_all with { Lowercase = lowercase }, text);

        Assert.AreEqual(text[..255], vocabulary.Word(2));
        CollectionAssert.AreEqual(new[] { 2 }, Reload(vocabulary).Encode(text));
    }

    [TestMethod]
    public void AVocabularyThatSawHalvesOfSurrogatePairsCanBeSaved()
    {
        char[] text = ['a', '\uD83D', 'b', '\uDE00', ' ', '\uD83D', '\uD83D', '\uDE00'];
        var vocabulary = Learn(_all, new string(text));

        Assert.AreEqual("<empty>|<unk>|a|b|😀", Words(Reload(vocabulary)));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void AVocabularyComesBackAsItWasSaved(bool lowercase)
    {
        const string Text = "The 3 naïve Köche ate 我 and 😀; THE cat's e\u0301";
        var vocabulary = Learn(_all with { Lowercase = lowercase }, Text);

        var again = Reload(vocabulary);

        Assert.AreEqual(Words(vocabulary), Words(again));
        CollectionAssert.AreEqual(vocabulary.Encode(Text), again.Encode(Text));
        CollectionAssert.AreEqual(vocabulary.Encode("tHe Naïve KÖCHE"), again.Encode("tHe Naïve KÖCHE"));
        CollectionAssert.AreEqual(Save(vocabulary), Save(again));
    }

    [TestMethod]
    public void AVocabularyLeavesTheReaderBehindItsEnd()
    {
        using var stream = new MemoryStream([.. Save(Learn(_all, "a b")), 77]);
        using var reader = new BinaryReader(stream);
        Vocabulary.Load(reader);

        Assert.AreEqual(77, reader.ReadByte());
    }

    [TestMethod]
    public void AVocabularyCutOffAnywhereIsReported()
    {
        var content = Save(Learn(_all, "some words to be cut off, ähnlich"));
        for (var length = 0; length < content.Length; length++)
            CheckDamaged(content[..length], "damaged", $"{length} of {content.Length} bytes");
    }

    [TestMethod]
    public void ANewerVersionIsReportedAsSuch()
    {
        var content = Save(Learn(_all, "a b"));
        content[0] = 2;

        CheckDamaged(content, "newer", "version 2");
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(int.MinValue)]
    [DataRow(int.MaxValue)]
    [DataRow(10_000_001)]
    [DataRow(10_000_000)]
    [DataRow(3)]
    public void AWrongNumberOfWordsIsReported(int count)
    {
        var content = Save(Learn(_all, "a b"));
        BitConverter.TryWriteBytes(content.AsSpan(5), count);

        CheckDamaged(content, "damaged", $"{count} words");
    }

    [TestMethod]
    // A length of 2^31 - 1, one of -1, and one that does not end.
    [DataRow(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [DataRow(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [DataRow(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void AWrongLengthOfAWordIsReported(byte[] length)
    {
        byte[] content = [1, 0, 0, 0, 1, 1, 0, 0, 0, .. length, .. "content"u8];

        CheckDamaged(content, null, string.Join(' ', length));
    }

    [TestMethod]
    public void AWordThatOccursTwiceIsReported()
    {
        var content = Save(Learn(_all, "aa ab"));
        content[^1] = (byte)'a';

        CheckDamaged(content, "twice", "aa aa");
    }

    private static Vocabulary Learn(VocabularyOptions options, params string[] texts) =>
        Vocabulary.Learn(texts.Select(text => text.AsMemory()), options);

    private static string Words(Vocabulary vocabulary) => string.Join('|', Enumerable.Range(0, vocabulary.Size).Select(vocabulary.Word));

    private static byte[] Save(Vocabulary vocabulary)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        vocabulary.Save(writer);
        return stream.ToArray();
    }

    private static Vocabulary Reload(Vocabulary vocabulary) => Load(Save(vocabulary));

    private static Vocabulary Load(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return Vocabulary.Load(reader);
    }

    private static void CheckDamaged(byte[] content, string? message, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.ThrowsExactly<FormatException>(() => Load(content), what);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        if (message != null)
            StringAssert.Contains(failure.Message, message, what);
        Assert.IsTrue(allocated < 1_000_000, $"{what}: {allocated} bytes were allocated.");
    }
}
