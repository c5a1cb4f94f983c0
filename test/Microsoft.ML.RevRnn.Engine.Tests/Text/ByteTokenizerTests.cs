using System.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class ByteTokenizerTests
{
    private static readonly TextTokenizer _tokenizer = Tokenizers.Learn(TokenKind.Bytes);

    [TestMethod]
    public void ATokenIsAByteAndTwo()
    {
        Assert.AreEqual(258, _tokenizer.Size);
        foreach (var text in TextSamples.All)
            CollectionAssert.AreEqual(Encoding.UTF8.GetBytes(text).Select(value => value + 2).ToArray(), _tokenizer.Encode(text), text);
    }

    [TestMethod]
    public void HalfASurrogatePairIsReadAsTheReplacementCharacter()
    {
        foreach (var kind in (TokenKind[])[TokenKind.Bytes, TokenKind.BytePairs])
        {
            char[] text = ['a', '\uD83D', 'b', '\uDE00', '\uD83D', '\uD83D', '\uDE00', '\uD83D'];
            var tokenizer = Tokenizers.Learn(kind, new string(text));

            CollectionAssert.AreEqual(tokenizer.Encode("a\uFFFDb\uFFFD\uFFFD😀\uFFFD"), tokenizer.Encode(text));
            Assert.AreEqual("a\uFFFDb\uFFFD\uFFFD😀\uFFFD", tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [TestMethod]
    public void BytesThatAreNoCharacterAreShownByTheirNumber()
    {
        Assert.AreEqual("a", _tokenizer.Token('a' + 2));
        Assert.AreEqual("\0", _tokenizer.Token(2));
        Assert.AreEqual("<0x80>", _tokenizer.Token(0x82));
        Assert.AreEqual("<0xFF>", _tokenizer.Token(257));
    }

    [TestMethod]
    public void ACharacterIsHeldBackUntilItIsComplete()
    {
        var assembler = _tokenizer.CreateAssembler();

        CollectionAssert.AreEqual(
            new[] { "a", "", "é", "", "", "我", "", "", "", "😀" }, _tokenizer.Encode("aé我😀").Select(assembler.Append).ToArray());
        Assert.AreEqual("", assembler.Finish());
    }

    [TestMethod]
    public void AnIncompleteCharacterBecomesTheReplacementCharacter()
    {
        var assembler = _tokenizer.CreateAssembler();
        var tokens = _tokenizer.Encode("😀");
        foreach (var token in tokens[..3])
            Assert.AreEqual("", assembler.Append(token));
        Assert.AreEqual("\uFFFD", assembler.Finish());
        Assert.AreEqual("", assembler.Finish());

        Assert.AreEqual("\uFFFDa", _tokenizer.Decode([.. tokens[..3], 'a' + 2]));
        Assert.AreEqual("\uFFFD\uFFFD", _tokenizer.Decode([tokens[1], 257]));
    }

    [TestMethod]
    public void AReservedTokenEndsACharacter()
    {
        var tokens = _tokenizer.Encode("é");

        Assert.AreEqual("\uFFFD\uFFFD", _tokenizer.Decode([tokens[0], TextTokenizer.BoundaryToken, tokens[1]]));
        Assert.AreEqual("\uFFFD\uFFFD\uFFFD", _tokenizer.Decode([tokens[0], TextTokenizer.UnknownToken, tokens[1]]));
        Assert.AreEqual("é", _tokenizer.Decode([TextTokenizer.BoundaryToken, .. tokens, TextTokenizer.BoundaryToken]));
    }

    [TestMethod]
    public void AnyTokensMakeTheTextOfTheirBytes()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var bytes = new byte[20];
            new Random(seed).NextBytes(bytes);
            Assert.AreEqual(Encoding.UTF8.GetString(bytes), _tokenizer.Decode([.. bytes.Select(value => value + 2)]), $"seed {seed}");
        }
    }
}
