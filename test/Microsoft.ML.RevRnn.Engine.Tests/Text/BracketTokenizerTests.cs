namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Texts with their parse in brackets become tokens in postfix order.</summary>
[TestClass]
internal sealed class BracketTokenizerTests
{
    private static readonly string[] _texts = ["((the cat) (sat down))", "the (dog (sat))", "(a cat)", "a dog sat down the"];

    [TestMethod]
    [DataRow("((the cat) (sat down))", "the cat 0 sat down 0 0")]
    [DataRow("(((the cat) sat) down)", "the cat 0 sat 0 down 0")]
    [DataRow("(the cat sat)", "the cat sat 0 0")]
    [DataRow("the cat sat", "the cat sat 0 0")]
    [DataRow("((the) () (cat))", "the cat 0")]
    [DataRow("(the cat) sat", "the cat 0 sat 0")]
    [DataRow("((the cat) sat", "the cat 0 sat 0")]
    [DataRow("the) cat)", "the cat 0")]
    [DataRow("((", "")]
    [DataRow("", "")]
    public void BracketsAreJoins(string text, string expected)
    {
        var tokenizer = Learn(TokenKind.Words);

        var tokens = tokenizer.Encode(text);

        Assert.AreEqual(expected, string.Join(' ', tokens.Select(token => token == 0 ? "0" : tokenizer.Token(token))));
        Assert.AreEqual(expected.Replace('0', ')'), string.Join(' ', tokenizer.Pieces(text)));
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void EveryKindReadsThemAndComesBackAsItWasSaved(TokenKind kind)
    {
        var tokenizer = Learn(kind);
        var content = Models.Bytes(tokenizer.Save);
        using var reader = new BinaryReader(new MemoryStream(content));
        var again = TextTokenizer.Load(reader);

        Assert.AreEqual(kind, again.Kind);
        Assert.AreEqual(tokenizer.Size, again.Size);
        CollectionAssert.AreEqual(content, Models.Bytes(again.Save));
        foreach (var text in _texts)
        {
            CollectionAssert.AreEqual(tokenizer.Encode(text), again.Encode(text));
            // Brackets are no tokens of any kind, and what is in them is written again.
            Assert.IsFalse(again.Decode(again.Encode(text)).Any(character => character is '(' or ')'));
        }
    }

    [TestMethod]
    public void BracketsWithinBracketsAreDamage()
    {
        var content = Models.Bytes(Learn(TokenKind.Words).Save);
        content[1] = content[0];
        using var reader = new BinaryReader(new MemoryStream(content));

        Assert.ThrowsExactly<FormatException>(() => TextTokenizer.Load(reader));
    }

    private static TextTokenizer Learn(TokenKind kind)
        => TextTokenizer.Learn([.. _texts.Select(text => text.AsMemory())], new VocabularyOptions { Kind = kind, ReadsBrackets = true, MaximumSize = kind == TokenKind.BytePairs ? 270 : 100 });
}
