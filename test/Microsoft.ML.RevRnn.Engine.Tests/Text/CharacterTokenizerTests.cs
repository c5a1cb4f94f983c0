namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class CharacterTokenizerTests
{
    private static readonly VocabularyOptions _all = new() { Kind = TokenKind.Characters, MinimumCount = 1 };

    [TestMethod]
    public void CharactersAreNumberedByFrequencyThenByCodePoint()
    {
        var tokenizer = Tokenizers.Learn(_all, "b😀é", "我bab", "𐐨\uFFFDZ");

        // U+FFFD comes before U+10428 and U+1F600, though not in the order of UTF-16.
        Assert.AreEqual("<boundary>|<unk>|b|Z|a|é|我|\uFFFD|𐐨|😀", Tokenizers.Names(tokenizer));
    }

    [TestMethod]
    public void CaseAndSpaceAreKept()
    {
        var tokenizer = Tokenizers.Learn(_all with { Lowercase = true }, "A a\n");

        Assert.AreEqual("<boundary>|<unk>|\n| |A|a", Tokenizers.Names(tokenizer));
        Assert.AreEqual("a A\n\n", tokenizer.Decode(tokenizer.Encode("a A\n\n")));
    }

    [TestMethod]
    public void RareCharactersAndThoseOverTheMaximumAreUnknown()
    {
        Assert.AreEqual("<boundary>|<unk>|a|b", Tokenizers.Names(Tokenizers.Learn(_all with { MinimumCount = 2 }, "aaabbc")));
        Assert.AreEqual("<boundary>|<unk>|a", Tokenizers.Names(Tokenizers.Learn(_all with { MaximumSize = 3 }, "aaabbc")));
    }

    [TestMethod]
    public void AnUnknownCharacterIsOneTokenAndDecodesToTheReplacementCharacter()
    {
        var tokenizer = Tokenizers.Learn(_all, "ab");

        CollectionAssert.AreEqual(new[] { 2, 1, 1, 3 }, tokenizer.Encode("a😀我b"));
        Assert.AreEqual("a\uFFFD\uFFFDb", tokenizer.Decode([0, 2, 1, 1, 0, 3]));
    }

    [TestMethod]
    public void HalfASurrogatePairIsUnknownAndNotLearned()
    {
        char[] text = ['a', '\uD83D', 'b', '\uDE00', '\uD83D', '\uD83D', '\uDE00', '\uFFFD', '\uD83D'];
        var tokenizer = Tokenizers.Learn(_all, new string(text));

        Assert.AreEqual("<boundary>|<unk>|a|b|\uFFFD|😀", Tokenizers.Names(tokenizer));
        CollectionAssert.AreEqual(new[] { 2, 1, 3, 1, 1, 5, 4, 1 }, tokenizer.Encode(text));
    }
}
