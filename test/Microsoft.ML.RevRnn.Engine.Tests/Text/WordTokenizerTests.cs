using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class WordTokenizerTests
{
    [TestMethod]
    [DataRow("The cat sat", "The|cat|sat")]
    [DataRow("naïve Straße", "naïve|Straße")]
    [DataRow("Привет мир", "Привет|мир")]
    [DataRow("हिन्दी में", "हिन्दी|में")]
    [DataRow("e\u0301te\u0301", "e\u0301te\u0301")]
    [DataRow("안녕하세요 세계", "안녕하세요|세계")]
    public void ARunOfLettersAndMarksIsAWord(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("in 2024 or 42nd", "in|2024|or|42|nd")]
    [DataRow("x10y", "x|10|y")]
    [DataRow("٣٤", "٣٤")]
    [DataRow("Ⅷ½", "Ⅷ½")]
    public void ARunOfDigitsIsAWord(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("Wait... what?!", "Wait|.|.|.|what|?|!")]
    [DataRow("don't", "don|'|t")]
    [DataRow("a_b-c", "a|_|b|-|c")]
    [DataRow("3.14", "3|.|14")]
    [DataRow("1+1=2€", "1|+|1|=|2|€")]
    [DataRow("<br/>", "<|br|/|>")]
    public void EachOtherVisibleCharacterIsAWord(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("the <unk> said", "the|<unk>|said")]
    [DataRow("a<unk><unk>b", "a|<unk>|<unk>|b")]
    [DataRow("<unk >", "<|unk|>")]
    [DataRow("<unk", "<|unk")]
    [DataRow("<UNK>", "<|UNK|>")]
    public void TheNameOfTheUnknownTokenIsAWord(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("我爱你", "我|爱|你")]
    [DataRow("C语言2级", "C|语|言|2|级")]
    [DataRow("ひらカナ", "ひ|ら|カ|ナ")]
    [DataRow("スーパー", "ス|ー|パ|ー")]
    [DataRow("ｶﾅ", "ｶ|ﾅ")]
    [DataRow("人々", "人|々")]
    [DataRow("\U00020000\U00020001", "\U00020000|\U00020001")]
    public void EachHanCharacterAndKanaIsAWord(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("สินค้ามาช้ามาก", "สิ|น|ค้|า|ม|า|ช้|า|ม|า|ก")]
    [DataRow("ราคา ๓๐ บาท", "ร|า|ค|า|๓๐|บ|า|ท")]
    [DataRow("น้ำดี", "น้ำ|ดี")]
    [DataRow("ສະບາຍດີ", "ສ|ະ|ບ|າ|ຍ|ດີ")]
    [DataRow("ភាសា", "ភា|សា")]
    [DataRow("မြန်မာစာ", "မြ|န်|မာ|စာ")]
    [DataRow("ᥖᥭᥰ", "ᥖ|ᥭ|ᥰ")]
    [DataRow("ᩃᩣ᩠ᨶᨶᩣ", "ᩃᩣ᩠|ᨶ|ᨶᩣ")]
    [DataRow("ꦗꦮ", "ꦗ|ꦮ")]
    [DataRow("ᬩᬮᬶ", "ᬩ|ᬮᬶ")]
    [DataRow("ꪼꪕ", "ꪼ|ꪕ")]
    [DataRow("\U00011700\U00011701", "\U00011700|\U00011701")]
    [DataRow("ꆈꌠ", "ꆈ|ꌠ")]
    [DataRow("\U00017000\U00017001", "\U00017000|\U00017001")]
    [DataRow("བོད་སྐད", "བོད|་|སྐད")]
    public void LettersOfOtherScriptsWithoutSpacesAreClusters(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("👩\u200D🚀👩🏽", "👩\u200D🚀|👩🏽")]
    [DataRow("🇩🇪🇫🇷x", "🇩🇪|🇫🇷|x")]
    [DataRow("\u2764\uFE0F\u200D🔥!", "\u2764\uFE0F\u200D🔥|!")]
    [DataRow("می\u200Cخواهم کتاب", "می\u200Cخواهم|کتاب")]
    public void EmojiOfSeveralCharactersAndJoinedLettersAreOneWord(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("สินค้ามาช้า 我爱", "สินค้ามาช้า|我|爱")]
    [DataRow("می\u200Cخواهم 👩\u200D🚀", "می|خواهم|👩|🚀")]
    public void TheFirstVersionCutsAsItDid(string text, string words) => Check(text, words, clusters: false);

    [TestMethod]
    [DataRow("か\u3099く", "か\u3099|く")]
    [DataRow("葛\U000E0100城", "葛\U000E0100|城")]
    [DataRow("\u2764\uFE0Flove", "\u2764\uFE0F|love")]
    [DataRow("1\uFE0F\u20E32", "1\uFE0F\u20E32")]
    [DataRow("=\u0338x", "=\u0338|x")]
    [DataRow(" \u0301a", "\u0301a")]
    public void AMarkBelongsToWhatItFollows(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow("😀😀 ok", "😀|😀|ok")]
    [DataRow("𝒜𝓑c", "𝒜𝓑c")]
    [DataRow("𐐀𐐨", "𐐀𐐨")]
    [DataRow("a😀b", "a|😀|b")]
    public void ASurrogatePairIsOneCharacter(string text, string words) => Check(text, words);

    [TestMethod]
    [DataRow(new[] { 'a', '\uD83D', 'b' }, "a|b")]
    [DataRow(new[] { 'a', '\uDE00', 'b' }, "a|b")]
    [DataRow(new[] { '\uDE00', '\uD83D' }, "")]
    [DataRow(new[] { 'x', '\uD83D' }, "x")]
    [DataRow(new[] { '\uD83D', '\uD83D', '\uDE00' }, "😀")]
    public void HalfASurrogatePairSeparatesWords(char[] text, string words) => Check(new string(text), words);

    [TestMethod]
    [DataRow("")]
    [DataRow(" \t\r\n")]
    [DataRow("\u00A0\u2003\u3000\u2028")]
    [DataRow("\0\u200B\u200D\uFEFF")]
    public void SpaceControlsAndFormatsAreNoWords(string text) => Check(text, "");

    [TestMethod]
    [DataRow("  a \r\n b\t", "a|b")]
    [DataRow("a\u00A0b\u200Bc\0d", "a|b|c|d")]
    public void TheySeparateWords(string text, string words) => Check(text, words);

    private static void Check(string text, string words, bool clusters = true)
    {
        var found = new List<string>();
        foreach (var word in new WordTokenizer(text, clusters))
            found.Add(word.ToString());
        CollectionAssert.AreEqual(words.Length == 0 ? [] : words.Split('|'), found, string.Join('|', found));
    }
}
