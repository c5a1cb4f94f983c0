namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class BytePairTokenizerTests
{
    private static readonly VocabularyOptions _pairs = new() { Kind = TokenKind.BytePairs };

    [TestMethod]
    public void TheMostFrequentPairIsMergedFirst()
    {
        // "ab" occurs six times, five of them after a space; then three times "c" follows that, and once it follows "ab" without a space.
        var tokenizer = Tokenizers.Learn(_pairs, "abc abc abc abc ab ab");

        Assert.AreEqual("ab| ab| abc", Tokenizers.Names(tokenizer, 258));
        CollectionAssert.AreEqual(new[] { 258, 'c' + 2, 260, 259, ' ' + 2, 'c' + 2 }, tokenizer.Encode("abc abc ab c"));
    }

    [TestMethod]
    public void OfEquallyFrequentPairsTheSmallestIsMergedFirst() =>
        Assert.AreEqual("ab|cd|yz", Tokenizers.Names(Tokenizers.Learn(_pairs, "yz\ncd\nab\nyz\ncd\nab"), 258));

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(7)]
    public void MergesAreThoseOfTheDefinition(int minimumCount)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            string[] texts = [TextSamples.RandomWords(seed), TextSamples.RandomWords(seed + 4), TextSamples.Random(seed)];
            var expected = NaiveBytePairs.Learn(texts, maximumSize: 330, minimumCount);
            var tokenizer = Tokenizers.Learn(_pairs with { MaximumSize = 330, MinimumCount = minimumCount }, texts);

            Assert.AreEqual(string.Join(' ', expected), string.Join(' ', Merges(tokenizer)), $"seed {seed}");
            foreach (var text in (string[])[.. texts, TextSamples.RandomWords(seed + 8), TextSamples.Random(seed + 1000)])
                CollectionAssert.AreEqual(NaiveBytePairs.Encode(text, expected), tokenizer.Encode(text), $"seed {seed}: {text}");
        }
    }

    [TestMethod]
    public void MergesEndAtTheMaximumSizeOrWhereNoPairIsFrequentEnough()
    {
        var text = string.Concat(TextSamples.All);

        Assert.AreEqual(259, Tokenizers.Learn(_pairs with { MaximumSize = 259 }, text).Size);
        Assert.AreEqual(300, Tokenizers.Learn(_pairs with { MaximumSize = 300 }, text).Size);
        Assert.AreEqual(258, Tokenizers.Learn(_pairs with { MinimumCount = 1_000_000 }, text).Size);
        Assert.AreEqual(258, Tokenizers.Learn(_pairs).Size);
        Assert.AreEqual(258, Tokenizers.Learn(_pairs, "", "a", " ").Size);
    }

    [TestMethod]
    public void APieceIsCountedAsOftenAsItOccurs()
    {
        Assert.AreEqual("ab", Tokenizers.Names(Tokenizers.Learn(_pairs with { MinimumCount = 3 }, "ab\nab\ncd", "ab\ncd"), 258));
        Assert.AreEqual("", Tokenizers.Names(Tokenizers.Learn(_pairs with { MinimumCount = 4 }, "ab\nab\ncd", "ab\ncd"), 258));
    }

    [TestMethod]
    public void MergesDoNotCrossPieces()
    {
        var tokenizer = Tokenizers.Learn(_pairs, string.Concat(Enumerable.Repeat("a1.\n", 100)));

        Assert.AreEqual("", Tokenizers.Names(tokenizer, 258));
    }

    [TestMethod]
    public void BytesThatAreNoCharacterAreShownByTheirNumbers()
    {
        // 你 E4 BD A0, 佡 E4 BD A1, 佢 E4 BD A2: two bytes in common.
        var tokenizer = Tokenizers.Learn(_pairs with { MaximumSize = 259 }, "你\n佡\n佢");
        var whole = Tokenizers.Learn(_pairs, "a你 a你 a你");

        Assert.AreEqual("<0xE4><0xBD>", tokenizer.Token(258));
        StringAssert.Contains(Tokenizers.Names(whole, 258), "a你");
        StringAssert.Contains(Tokenizers.Names(whole, 258), "a<0xE4>");
    }

    [TestMethod]
    [DataRow("a")]
    [DataRow("我")]
    [DataRow(" ")]
    [DataRow("ab")]
    public void AHugeWordIsLearnedAndEncodedInPieces(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 1_000_000));
        var tokenizer = Tokenizers.Learn(_pairs, text);
        var tokens = tokenizer.Encode(text);

        // Of a piece of at most 256 bytes, equal to thousands of others, one token is left.
        Assert.IsTrue(tokens.Length <= text.Length * 3 / 250, $"{tokens.Length} tokens");
        Assert.AreEqual(text, tokenizer.Decode(tokens));
    }

    [TestMethod]
    public void ACharacterThatIsSplitBetweenTokensIsHeldBack()
    {
        var tokenizer = Tokenizers.Learn(_pairs with { MaximumSize = 259 }, "你\n佡\n佢");
        var assembler = tokenizer.CreateAssembler();

        CollectionAssert.AreEqual(new[] { "", "你", "" }, tokenizer.Encode("你佣")[..3].Select(assembler.Append).ToArray());
        Assert.AreEqual("\uFFFD", assembler.Finish());
    }

    private static IEnumerable<(int Left, int Right)> Merges(TextTokenizer tokenizer)
    {
        var content = Tokenizers.Save(tokenizer);
        for (var position = 9; position < content.Length; position += 8)
            yield return (BitConverter.ToInt32(content, position), BitConverter.ToInt32(content, position + 4));
    }
}
