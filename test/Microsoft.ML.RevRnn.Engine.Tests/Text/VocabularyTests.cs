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
        Assert.AreEqual("<boundary>|<unk>|a|b|c|z|d|é", Words(vocabulary));
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
        Assert.AreEqual(("<boundary>|<unk>|" + expected).TrimEnd('|'), Words(Learn(new VocabularyOptions { MinimumCount = minimum }, "a a b c", "a b c d", "a b")));

    [TestMethod]
    [DataRow(3, "a")]
    [DataRow(4, "a|b")]
    [DataRow(5, "a|b|c")]
    [DataRow(100, "a|b|c")]
    public void OnlyTheMostFrequentWordsAreKept(int size, string expected) =>
        Assert.AreEqual("<boundary>|<unk>|" + expected, Words(Learn(_all with { MaximumSize = size }, "c b a a b a")));

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
    public void OnlyWordsMakeAVocabulary() =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Learn(_all with { Kind = TokenKind.Bytes }, "a")).Message, "Kind is Bytes");

    [TestMethod]
    public void TheNameOfTheUnknownTokenInATextIsThatToken()
    {
        var vocabulary = Learn(_all, "a <unk> b <unk> <UNK>");

        Assert.AreEqual("<boundary>|<unk>|<|>|a|b|unk", Words(vocabulary));
        CollectionAssert.AreEqual(new[] { 4, 1, 5 }, vocabulary.Encode("a <unk> b"));
        CollectionAssert.AreEqual(new[] { 2, 6, 3 }, vocabulary.Encode("<Unk>"));
    }

    [TestMethod]
    public void KnownWordsHaveTheirNumberAndOthersTheUnknownToken()
    {
        var vocabulary = Learn(_all, "to be or not to be");

        CollectionAssert.AreEqual(new[] { 3, 2, 1, 4 }, vocabulary.Encode("to be, not"));
        Assert.AreEqual("to", vocabulary.Token(3));
        Assert.AreEqual("<unk>", vocabulary.Token(Vocabulary.UnknownToken));
        Assert.AreEqual("<boundary>", vocabulary.Token(Vocabulary.EmptyToken));
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
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Learn(_all, "a").Token(token));
        StringAssert.Contains(failure.Message, "token");
    }

    [TestMethod]
    public void CaseCountsUnlessItIsToBeIgnored()
    {
        string[] texts = ["Apple apple ÉTÉ été 𐐀𐐨"];
        var ignoring = Learn(_all, texts);
        var counting = Learn(_all with { Lowercase = false }, texts);

        Assert.AreEqual("<boundary>|<unk>|apple|été|𐐨𐐨", Words(ignoring));
        CollectionAssert.AreEqual(new[] { 2, 2, 3 }, ignoring.Encode("APPLE aPPle Été"));
        Assert.AreEqual("<boundary>|<unk>|Apple|apple|ÉTÉ|été|𐐀𐐨", Words(counting));
        CollectionAssert.AreEqual(new[] { 1, 3, 2 }, counting.Encode("APPLE apple Apple"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void WordsAreTheSameThatAgreeInTheFirst256Characters(bool lowercase)
    {
        var word = new string('q', 256);
        var vocabulary = Learn(_all with { Lowercase = lowercase }, word + "x");

        Assert.AreEqual(word, vocabulary.Token(2));
        CollectionAssert.AreEqual(new[] { 2, 2, 2, 1 }, vocabulary.Encode($"{word} {word}yz {new string('q', 100_000)} {word[1..]}"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ALongWordIsNotCutWithinASurrogatePair(bool lowercase)
    {
        var text = "q" + string.Concat(Enumerable.Repeat("𐐨", 200));
        var vocabulary = Learn(_all with { Lowercase = lowercase }, text);

        Assert.AreEqual(text[..255], vocabulary.Token(2));
        CollectionAssert.AreEqual(new[] { 2 }, Reload(vocabulary).Encode(text));
    }

    [TestMethod]
    public void AVocabularyThatSawHalvesOfSurrogatePairsCanBeSaved()
    {
        char[] text = ['a', '\uD83D', 'b', '\uDE00', ' ', '\uD83D', '\uD83D', '\uDE00'];
        var vocabulary = Learn(_all, new string(text));

        Assert.AreEqual("<boundary>|<unk>|a|b|😀", Words(Reload(vocabulary)));
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
        CollectionAssert.AreEqual(Tokenizers.Save(vocabulary), Tokenizers.Save(again));
    }

    [TestMethod]
    public void ANewerVersionIsReportedAsSuch()
    {
        var content = Tokenizers.Save(Learn(_all, "a b"));
        content[1] = 3;

        Tokenizers.CheckDamaged(content, "newer", "version 3");
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
        var content = Tokenizers.Save(Learn(_all, "a b"));
        BitConverter.TryWriteBytes(content.AsSpan(7), count);

        Tokenizers.CheckDamaged(content, "damaged", $"{count} words");
    }

    [TestMethod]
    // A length of 2^31 - 1, one of -1, and one that does not end.
    [DataRow(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [DataRow(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [DataRow(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void AWrongLengthOfAWordIsReported(byte[] length)
    {
        byte[] content = [0, 1, 0, 0, 0, 1, 1, 0, 0, 0, .. length, .. "content"u8];

        Tokenizers.CheckDamaged(content, null, string.Join(' ', length));
    }

    [TestMethod]
    public void AWordThatOccursTwiceIsReported()
    {
        var content = Tokenizers.Save(Learn(_all, "aa ab"));
        content[^1] = (byte)'a';

        Tokenizers.CheckDamaged(content, "twice", "aa aa");
    }

    private static Vocabulary Learn(VocabularyOptions options, params string[] texts) =>
        Vocabulary.Learn(texts.Select(text => text.AsMemory()), options);

    private static string Words(TextTokenizer vocabulary) => Tokenizers.Names(vocabulary);

    private static TextTokenizer Reload(Vocabulary vocabulary) => Tokenizers.Load(Tokenizers.Save(vocabulary));
}
