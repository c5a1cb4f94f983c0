namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class WordAssemblerTests
{
    [TestMethod]
    [DataRow("The cat sat")]
    [DataRow("Привет мир")]
    [DataRow("हिन्दी में")]
    [DataRow("안녕하세요 세계")]
    [DataRow("مرحبا بالعالم")]
    [DataRow("a + b = 42 😀")]
    public void WordsHaveASpaceBetweenThem(string text) => Check(text, text);

    [TestMethod]
    [DataRow("Yes, no; or: what? 5% of it... Stop!")]
    [DataRow("كيف حالك؟ نعم، لا؛")]
    [DataRow("यह है।")]
    public void AnEndingMarkFollowsItsWord(string text) => Check(text, text);

    [TestMethod]
    [DataRow("f (x) [y] {z} end")]
    [DataRow("«там» “here” ‘there’ (“both”)")]
    public void BracketsAndQuotesEncloseWhatIsInThem(string text) => Check(text, text);

    [TestMethod]
    [DataRow("say \"one\" and \"two\".", "say \"one\" and \"two\".")]
    [DataRow("\"a\" \"b", "\"a\" \"b")]
    [DataRow("(\"a\")", "(\"a\")")]
    public void StraightQuotesOpenAndCloseInTurn(string text, string expected) => Check(text, expected);

    [TestMethod]
    [DataRow("我爱你，中国。（是）", "我爱你，中国。（是）")]
    [DataRow("ひらカナｶﾅ、か\u3099く", "ひらカナｶﾅ、がく")]
    [DataRow("C语言 2级", "C 语言 2 级")]
    [DataRow("world，你", "world，你")]
    [DataRow("\U00020000\U00020001", "\U00020000\U00020001")]
    [DataRow("สินค้ามาช้ามาก", "สินค้ามาช้ามาก")]
    [DataRow("มี๓คน", "มี๓คน")]
    [DataRow("ສະບາຍດີ", "ສະບາຍດີ")]
    [DataRow("ភាសាខ្មែរ។", "ភាសាខ្មែរ។")]
    [DataRow("မြန်မာစာ၊", "မြန်မာစာ၊")]
    [DataRow("ꦗꦮᬩᬮᬶ", "ꦗꦮᬩᬮᬶ")]
    [DataRow("ᩃᩣ᩠ᨶᨶᩣ", "ᩃᩣ᩠ᨶᨶᩣ")]
    [DataRow("བོད་སྐད་", "བོད་སྐད་")]
    [DataRow("ＡＢ ｃｄ", "ＡＢ ｃｄ")]
    public void CharactersOfScriptsWithoutSpacesHaveNoneBetweenThem(string text, string expected) => Check(text, expected);

    [TestMethod]
    [DataRow("don't well-known", "don't well - known")]
    [DataRow("  a \r\n b\t", "a b")]
    public void OtherSpacesAreNotAsTheyWere(string text, string expected) => Check(text, expected);

    [TestMethod]
    public void UnknownWordsAreShownAndBoundariesAreNot()
    {
        var tokenizer = Tokenizers.Learn(new VocabularyOptions { MinimumCount = 2 }, "a a b b");

        Assert.AreEqual("a <unk> b", tokenizer.Decode([0, .. tokenizer.Encode("a x b"), 0]));
        Assert.AreEqual("a b", tokenizer.Decode([2, 0, 3]));
    }

    [TestMethod]
    public void NothingIsHeldBack()
    {
        var tokenizer = Tokenizers.Learn(TokenKind.Words, "f(x), y");
        var assembler = tokenizer.CreateAssembler();

        CollectionAssert.AreEqual(new[] { "f", " (", "x", ")", ",", " y" }, tokenizer.Encode("f (x), y").Select(assembler.Append).ToArray());
        Assert.AreEqual("", assembler.Finish());
    }

    private static void Check(string text, string expected)
    {
        var tokenizer = Tokenizers.Learn(new VocabularyOptions { MinimumCount = 1, Lowercase = false }, text);

        Assert.AreEqual(expected, tokenizer.Decode(tokenizer.Encode(text)));
    }
}
