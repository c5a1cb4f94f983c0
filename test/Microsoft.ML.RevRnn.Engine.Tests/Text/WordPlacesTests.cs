using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Which word each token is of, whatever a token is.</summary>
[TestClass]
internal sealed class WordPlacesTests
{
    private const string Text = " The caf\u00e9's  caf\u00e9, 3 \ud83d\ude00!";

    // the, caf\u00e9, ', s, caf\u00e9, ",", 3, \ud83d\ude00, !
    private const int Words = 9;

    [TestMethod]
    public void OfWordsEachIsItsOwn()
    {
        var tokenizer = Learn(TokenKind.Words);

        CollectionAssert.AreEqual(Enumerable.Range(0, Words).Select(word => new TokenRun(word, 1)).ToArray(), WordPlaces.Of(tokenizer, Text, Words).Words);
        Assert.IsTrue(WordPlaces.Of(tokenizer, Text, Words + 1).Words.All(word => word.Count == 0), "Those of other words are of none.");
    }

    [TestMethod]
    public void CharactersAreOfTheirWord()
    {
        var (words, tokens) = WordPlaces.Of(Learn(TokenKind.Characters), Text, Words);

        TokenRun[] expected = [new(1, 3), new(5, 4), new(9, 1), new(10, 1), new(13, 4), new(17, 1), new(19, 1), new(21, 1), new(22, 1)];
        CollectionAssert.AreEqual(expected, words);
        Assert.AreEqual(23, tokens);
        // Unknown ones too, half a pair, and a mark.
        CollectionAssert.AreEqual(new TokenRun[] { new(0, 1), new(2, 2) }, WordPlaces.Of(Learn(TokenKind.Characters), "\u4e00\ud83dx\u0301", 2).Words);
    }

    [TestMethod]
    public void BytesAreOfTheirCharactersWord()
    {
        CollectionAssert.AreEqual(new TokenRun[] { new(0, 1), new(2, 2), new(4, 1) }, WordPlaces.Of(Learn(TokenKind.Bytes), "a \u00e9!", 3).Words);
    }

    [TestMethod]
    [DataRow(259)]
    [DataRow(270)]
    [DataRow(300)]
    public void PiecesAreOfTheWordsThatTheyArePartOf(int size)
    {
        var tokenizer = Learn(TokenKind.BytePairs, size);
        var tokens = tokenizer.Encode(Text);
        var (words, count) = WordPlaces.Of(tokenizer, Text, Words);

        Assert.AreEqual(tokens.Length, count);
        string[] expected = ["The", "caf\u00e9", "'", "s", "caf\u00e9", ",", "3", "\ud83d\ude00", "!"];
        for (var word = 0; word < Words; word++)
        {
            Assert.IsGreaterThan(0, words[word].Count);
            // The first byte of the emoji may be in one token with the space before it, which then is the space's.
            if (word != 7)
                StringAssert.Contains(tokenizer.Decode(tokens.AsSpan(words[word].First, words[word].Count)), expected[word], $"word {word}");
        }
        Assert.IsTrue(words.Zip(words.Skip(1)).All(pair => pair.Second.First >= pair.First.First + pair.First.Count - 1), "Two words have one token in common at the most.");
    }

    [TestMethod]
    public void SeveralTextsHaveABoundaryBetween()
    {
        var nGrams = PlacedNGrams.Of(["a b", null, "c"], new NGramOptions(), Learn(TokenKind.Words));

        CollectionAssert.AreEqual(new TokenRun[] { new(0, 1), new(1, 1), new(4, 1) }, nGrams.Words.ToArray());
        Assert.AreEqual(5, nGrams.TokenCount);
        CollectionAssert.AreEqual(NGramVector.Of(["a b", null, "c"], new NGramOptions()).Hashes.ToArray(), nGrams.Vector.Hashes.ToArray());
        Assert.AreEqual(1, nGrams.Occurrences.Where(occurrence => occurrence.FirstWord == 2).Max(occurrence => occurrence.WordCount));
        Assert.AreEqual(0, PlacedNGrams.Of([], new NGramOptions(), Learn(TokenKind.Words)).TokenCount);
    }

    private static TextTokenizer Learn(TokenKind kind, int size = 20_000)
        => TextTokenizer.Learn([.. Enumerable.Repeat(Text.AsMemory(), 5)], new VocabularyOptions { Kind = kind, MaximumSize = size, MinimumCount = 1 });
}
