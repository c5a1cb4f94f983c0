namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What holds for tokenizers of every kind.</summary>
[TestClass]
internal sealed class TextTokenizerTests
{
    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void TheOptionsSayTheKind(TokenKind kind)
    {
        var tokenizer = Tokenizers.Learn(kind, "some text");

        Assert.AreEqual(kind, tokenizer.Kind);
        Assert.AreEqual("<boundary>", tokenizer.Token(TextTokenizer.BoundaryToken));
        Assert.AreEqual("<unk>", tokenizer.Token(TextTokenizer.UnknownToken));
        Assert.AreEqual(0, tokenizer.Encode("").Length);
        Assert.AreEqual("", tokenizer.Decode([]));
        Assert.AreEqual("", tokenizer.Decode([TextTokenizer.BoundaryToken, TextTokenizer.BoundaryToken]));
    }

    [TestMethod]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void ATextComesBackAsItWas(TokenKind kind)
    {
        string[] texts = [.. TextSamples.All, .. Enumerable.Range(0, 200).Select(TextSamples.Random)];
        var tokenizer = Tokenizers.Learn(kind, texts);

        foreach (var text in texts)
        {
            var tokens = tokenizer.Encode(text);
            Assert.IsFalse(tokens.Any(token => token < 2 || token >= tokenizer.Size), text);
            Assert.AreEqual(text, tokenizer.Decode(tokens));
            Assert.AreEqual(text, Assemble(tokenizer, tokens));
        }
    }

    [TestMethod]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void ATextThatWasNotLearnedFromComesBackAsItWas(TokenKind kind)
    {
        var tokenizer = Tokenizers.Learn(kind, "the cat sat, 你好你好 سلام");
        for (var seed = 0; seed < 500; seed++)
        {
            var text = TextSamples.Random(seed);
            Assert.AreEqual(text, tokenizer.Decode(tokenizer.Encode(text)), $"seed {seed}");
        }
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void EachTokenHasAPieceOfTheText(TokenKind kind)
    {
        var tokenizer = Tokenizers.Learn(kind, "the cat sat");
        foreach (var text in TextSamples.All.Append("The dog\ud83d"))
            Assert.AreEqual(tokenizer.Encode(text).Length, tokenizer.Pieces(text).Length, text);
    }

    [TestMethod]
    public void WordsAndCharactersAreAsTheyAreWritten()
    {
        Assert.AreEqual("The|Dog|sat|,|naïve", string.Join('|', Tokenizers.Learn(TokenKind.Words, "the cat sat").Pieces("The Dog sat, nai\u0308ve")));
        Assert.AreEqual("T|h|e|😀|\uFFFD", string.Join('|', Tokenizers.Learn(TokenKind.Characters, "the").Pieces("The😀\ud83d")));
        Assert.AreEqual("a|<0xC3>|<0xA9>", string.Join('|', Tokenizers.Learn(TokenKind.Bytes, "").Pieces("aé")));
    }

    [TestMethod]
    [DataRow(TokenKind.Words, "a Dog , x", "a Dog, a")]
    [DataRow(TokenKind.Characters, "a Dog , x", "aDog,a")]
    [DataRow(TokenKind.BytePairs, "a Dog , x", "aDog,a")]
    public void ATextStandsForAnUnknownToken(TokenKind kind, string words, string expected)
    {
        var tokenizer = Tokenizers.Learn(kind, "a ,");
        var assembler = tokenizer.CreateAssembler();
        var text = "";
        foreach (var word in words.Split(' '))
        {
            var token = word is "Dog" or "," ? TextTokenizer.UnknownToken : tokenizer.Encode("a")[0];
            text += assembler.Append(token, word);
        }

        Assert.AreEqual(expected, text + assembler.Finish());
        Assert.AreEqual(tokenizer.Decode([TextTokenizer.UnknownToken]), tokenizer.CreateAssembler().Append(TextTokenizer.UnknownToken, null));
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void EveryScriptHasTokensAndTheyCanBeShown(TokenKind kind)
    {
        var tokenizer = Tokenizers.Learn(kind, [.. TextSamples.All]);

        Assert.AreEqual(tokenizer.Size, Enumerable.Range(0, tokenizer.Size).Count(token => tokenizer.Token(token).Length > 0));
        foreach (var text in TextSamples.All)
            Assert.AreEqual(string.IsNullOrWhiteSpace(text) && kind == TokenKind.Words || text.Length == 0, tokenizer.Encode(text).Length == 0, text);
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void TheOrderOfTheTextsDoesNotMatter(TokenKind kind)
    {
        var texts = Enumerable.Range(0, 50).Select(TextSamples.Random).ToArray();

        CollectionAssert.AreEqual(
            Tokenizers.Save(Tokenizers.Learn(kind, texts)), Tokenizers.Save(Tokenizers.Learn(kind, [.. texts.Reverse()])));
    }

    [TestMethod]
    [DataRow(TokenKind.Words, -1)]
    [DataRow(TokenKind.Words, 3)]
    [DataRow(TokenKind.Characters, -1)]
    [DataRow(TokenKind.Characters, 3)]
    [DataRow(TokenKind.Bytes, -1)]
    [DataRow(TokenKind.Bytes, 258)]
    [DataRow(TokenKind.BytePairs, -1)]
    [DataRow(TokenKind.BytePairs, 258)]
    public void ATokenMustExist(TokenKind kind, int token)
    {
        var tokenizer = Tokenizers.Learn(kind, "a");
        Action[] uses = [() => tokenizer.Token(token), () => tokenizer.Decode([token]), () => tokenizer.CreateAssembler().Append(token)];
        foreach (var use in uses)
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(use).Message, "token");
    }

    [TestMethod]
    public void OptionsOutOfRangeAreNamed()
    {
        foreach (var (options, name) in ((VocabularyOptions, string)[])
            [(new() { Kind = (TokenKind)4 }, "Kind"), (new() { Kind = (TokenKind)(-1) }, "Kind"),
             (new() { Kind = TokenKind.Characters, MaximumSize = 2 }, "MaximumSize"),
             (new() { Kind = TokenKind.Bytes, MaximumSize = 2 }, "MaximumSize"),
             (new() { Kind = TokenKind.BytePairs, MaximumSize = 258 }, "MaximumSize"),
             (new() { Kind = TokenKind.BytePairs, MinimumCount = 0 }, "MinimumCount"),
             (new() { Normalization = (TextNormalization)3 }, "Normalization")])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Tokenizers.Learn(options, "a")).Message, name);
        }
        Tokenizers.Learn(new VocabularyOptions { Kind = TokenKind.BytePairs, MaximumSize = 259 }, "a");
        Assert.ThrowsExactly<ArgumentNullException>(() => TextTokenizer.Learn(null!, new VocabularyOptions()));
        Assert.ThrowsExactly<ArgumentNullException>(() => TextTokenizer.Learn([], null!));
    }

    [TestMethod]
    [DataRow(19_999, 4)]
    [DataRow(20_000, 3)]
    public void WithoutAMinimumCountRareWordsOfLittleTextAreKnown(int words, int size)
    {
        foreach (var kind in (TokenKind[])[TokenKind.Words, TokenKind.Characters])
        {
            var separator = kind == TokenKind.Words ? " " : "";
            var text = string.Join(separator, Enumerable.Repeat("a", words - 1)) + separator + "b";
            Assert.AreEqual(size, Tokenizers.Learn(new VocabularyOptions { Kind = kind }, text).Size, $"{kind}");
            Assert.AreEqual(3, Tokenizers.Learn(new VocabularyOptions { Kind = kind, MinimumCount = 2 }, text).Size, $"{kind}");
            Assert.AreEqual(4, Tokenizers.Learn(new VocabularyOptions { Kind = kind, MinimumCount = 1 }, text).Size, $"{kind}");
        }
        Assert.AreEqual(258, Tokenizers.Learn(new VocabularyOptions { Kind = TokenKind.BytePairs }, "abc").Size);
    }

    [TestMethod]
    public void TheUnknownShareIsOfAllTokensButBoundaries()
    {
        Assert.AreEqual(0.25, TextTokenizer.UnknownShare([[1, 2, 3], [], [4, 1, 0, 5, 6, 7]]));
        Assert.AreEqual(0, TextTokenizer.UnknownShare([]));
        Assert.AreEqual(0, TextTokenizer.UnknownShare([[]]));
        Assert.ThrowsExactly<ArgumentNullException>(() => TextTokenizer.UnknownShare(null!));
    }

    [TestMethod]
    [DataRow(TokenKind.Words, "one two")]
    [DataRow(TokenKind.Characters, "one")]
    [DataRow(TokenKind.Bytes, "one")]
    [DataRow(TokenKind.BytePairs, "one")]
    public void ATextGoesOnAfterFinishing(TokenKind kind, string text)
    {
        var tokenizer = Tokenizers.Learn(kind, text);
        var tokens = tokenizer.Encode(text);
        var assembler = tokenizer.CreateAssembler();
        var finished = string.Concat(tokens.Select(token => assembler.Append(token) + assembler.Finish()));

        Assert.AreEqual(text, finished);
    }

    private static string Assemble(TextTokenizer tokenizer, int[] tokens)
    {
        var assembler = tokenizer.CreateAssembler();
        var pieces = tokens.Select(assembler.Append).ToList();
        Assert.IsTrue(pieces.TrueForAll(piece => piece.Length == 0 || !(char.IsLowSurrogate(piece[0]) || char.IsHighSurrogate(piece[^1]))));
        return string.Concat(pieces) + assembler.Finish();
    }
}
