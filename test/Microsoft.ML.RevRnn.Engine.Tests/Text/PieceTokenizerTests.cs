using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class PieceTokenizerTests
{
    [TestMethod]
    [DataRow("The cat sat", "The| cat| sat")]
    [DataRow("naïve Привет", "naïve| Привет")]
    [DataRow("我爱你，中国", "我爱你|，|中国")]
    [DataRow("안녕 세계", "안녕| 세계")]
    public void ARunOfLettersIsAPieceWithTheSpaceBeforeIt(string text, string pieces) => Check(text, pieces);

    [TestMethod]
    [DataRow("in 2024 42nd x10", "in| 2024| 42|nd| x|10")]
    [DataRow("٣٤ Ⅷ½", "٣٤| Ⅷ½")]
    public void ARunOfDigitsIsAPiece(string text, string pieces) => Check(text, pieces);

    [TestMethod]
    [DataRow("Wait... (what?!)", "Wait|...| (|what|?!)")]
    [DataRow("don't", "don|'|t")]
    [DataRow("a😀😀 😀", "a|😀😀| 😀")]
    [DataRow("a\0b", "a|\0|b")]
    public void ARunOfOtherCharactersIsAPiece(string text, string pieces) => Check(text, pieces);

    [TestMethod]
    [DataRow("a  b", "a| | b")]
    [DataRow("a   ", "a|   ")]
    [DataRow("\n\t b", "\n\t| b")]
    [DataRow("a\nb\u3000c", "a|\n|b|\u3000|c")]
    [DataRow(" ", " ")]
    [DataRow("  \n", "  \n")]
    public void OtherSpaceIsAPieceOfItsOwn(string text, string pieces) => Check(text, pieces);

    [TestMethod]
    [DataRow("हिन्दी में", "हिन्दी| में")]
    [DataRow("می\u200Cخواهم", "می\u200Cخواهم")]
    [DataRow("e\u0301te\u0301!\u0301", "e\u0301te\u0301|!\u0301")]
    [DataRow("👩🏽\u200D🚀\u2764\uFE0F", "👩🏽\u200D🚀\u2764\uFE0F")]
    [DataRow(" \u0301a", " \u0301a")]
    [DataRow("\uFEFFa", "\uFEFFa")]
    public void MarksAndJoinersBelongToWhatTheyFollow(string text, string pieces) => Check(text, pieces);

    [TestMethod]
    [DataRow("a", 1, 256)]
    [DataRow("é", 2, 128)]
    [DataRow("我", 3, 85)]
    [DataRow("😀", 4, 64)]
    [DataRow("\n", 1, 256)]
    [DataRow(" ", 1, 256)]
    [DataRow("\u200D", 3, 85)]
    public void ALongPieceIsCutBetweenCharacters(string character, int bytes, int most)
    {
        var pieces = Pieces(string.Concat(Enumerable.Repeat(character, 1_000)));

        Assert.AreEqual(most * bytes, Encoding.UTF8.GetByteCount(pieces[0]));
        Assert.AreEqual((1_000 + most - 1) / most, pieces.Count);
    }

    [TestMethod]
    public void ThePiecesAreTheText()
    {
        foreach (var text in TextSamples.All.Concat(Enumerable.Range(0, 500).Select(TextSamples.Random)))
        {
            var pieces = Pieces(text);
            Assert.AreEqual(text, string.Concat(pieces));
            Assert.IsTrue(pieces.TrueForAll(piece => piece.Length > 0 && Encoding.UTF8.GetByteCount(piece) <= 256), text);
        }
    }

    private static void Check(string text, string pieces) => Assert.AreEqual(pieces, string.Join('|', Pieces(text)));

    private static List<string> Pieces(string text)
    {
        var pieces = new List<string>();
        foreach (var piece in new PieceTokenizer(text))
            pieces.Add(piece.ToString());
        return pieces;
    }
}
