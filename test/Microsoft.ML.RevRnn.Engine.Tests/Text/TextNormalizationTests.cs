using System.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Texts that look the same have the same tokens.</summary>
[TestClass]
internal sealed class TextNormalizationTests
{
    [TestMethod]
    [DataRow("café", "cafe\u0301")]
    [DataRow("Việt", "Vie\u0323\u0302t")]
    [DataRow("Việt", "Vie\u0302\u0323t")]
    [DataRow("한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8")]
    [DataRow("Å", "\u212B")]
    [DataRow("が", "か\u3099")]
    [DataRow("क\u093C", "\u0958")]
    [DataRow("❤", "❤\uFE0F")]
    [DataRow("葛", "葛\U000E0100")]
    [DataRow("cooperate", "co\u00ADoper\u00ADate")]
    [DataRow("word", "\uFEFFwo\u2060rd\u200E")]
    [DataRow("word", "wo\u200Drd\u200C")]
    [DataRow("שלום", "\u200Fשלום\u200F")]
    [DataRow("کتاب", "کتاب\u200C")]
    public void WhatLooksTheSameIsTheSameWord(string learned, string asked)
    {
        foreach (var lowercase in (bool[])[true, false])
        {
            foreach (var (first, second) in ((string, string)[])[(learned, asked), (asked, learned)])
            {
                var vocabulary = Tokenizers.Learn(new VocabularyOptions { Lowercase = lowercase }, first);
                Assert.AreEqual(3, vocabulary.Size, Tokenizers.Names(vocabulary));
                CollectionAssert.AreEqual(new[] { 2 }, vocabulary.Encode(second));
                CollectionAssert.AreEqual(new[] { 2 }, Tokenizers.Load(Tokenizers.Save(vocabulary)).Encode(second));
            }
        }
    }

    [TestMethod]
    [DataRow("straße", "STRASSE")]
    [DataRow("straße", "STRAẞE")]
    [DataRow("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς")]
    [DataRow("οδοσ", "οδος")]
    [DataRow("i\u0307stanbul", "İSTANBUL")]
    [DataRow("ﬁnal", "FINAL")]
    [DataRow("ŉ", "ʼN")]
    [DataRow("ǰ", "J\u030C")]
    [DataRow("ΐ", "Ϊ\u0301")]
    [DataRow("ᾳ", "ΑΙ")]
    [DataRow("ſ", "S")]
    [DataRow("ＡＢ", "ａｂ")]
    [DataRow("Ꭰ", "ꭰ")]
    [DataRow("𐐀", "𐐨")]
    [DataRow("և", "ԵՒ")]
    public void FoldedCaseIsTheSameWord(string learned, string asked)
    {
        foreach (var (first, second) in ((string, string)[])[(learned, asked), (asked, learned)])
        {
            CollectionAssert.AreEqual(new[] { 2 }, Tokenizers.Learn(new VocabularyOptions(), first).Encode(second), $"{first} and {second}");
            CollectionAssert.AreEqual(new[] { 1 }, Tokenizers.Learn(new VocabularyOptions { Lowercase = false }, first).Encode(second));
        }
    }

    [TestMethod]
    [DataRow("ABC", "ＡＢＣ")]
    [DataRow("fi", "ﬁ")]
    [DataRow("カ", "ｶ")]
    [DataRow("ガ", "ｶﾞ")]
    [DataRow("12", "１２")]
    [DataRow("x2", "x²")]
    [DataRow("℃", "°C")]
    public void CompatibleCharactersAreTheSameIfAskedFor(string learned, string asked)
    {
        var options = new VocabularyOptions { Lowercase = false, Normalization = TextNormalization.Compatibility };
        var vocabulary = Tokenizers.Learn(options, learned);

        CollectionAssert.AreEqual(vocabulary.Encode(learned), vocabulary.Encode(asked));
        Assert.IsFalse(vocabulary.Encode(asked).Contains(TextTokenizer.UnknownToken));
        Assert.AreEqual(TextNormalization.Compatibility, Tokenizers.Load(Tokenizers.Save(vocabulary)).Normalization);
        Assert.IsTrue(Tokenizers.Learn(options with { Normalization = null }, learned).Encode(asked).Contains(TextTokenizer.UnknownToken));
    }

    [TestMethod]
    [DataRow("می\u200Cخواهم", "میخواهم")]
    [DataRow("क्\u200Dष", "क्ष")]
    [DataRow("ක්\u200Dෂ", "ක්ෂ")]
    [DataRow("👩\u200D🚀", "👩🚀")]
    [DataRow("🏴\U000E0067\U000E0062\U000E007F", "🏴")]
    public void JoinersThatChangeWhatIsSeenMakeOtherWords(string learned, string asked)
    {
        var vocabulary = Tokenizers.Learn(new VocabularyOptions(), learned);

        Assert.AreEqual(3, vocabulary.Size, Tokenizers.Names(vocabulary));
        CollectionAssert.AreEqual(new[] { 2 }, vocabulary.Encode(learned));
        CollectionAssert.DoesNotContain(vocabulary.Encode(asked), 2);
        Assert.AreEqual(learned, vocabulary.Decode([2]));
    }

    [TestMethod]
    public void WithoutNormalizationTextsAreTakenAsTheyAre()
    {
        var vocabulary = Tokenizers.Learn(new VocabularyOptions { Normalization = TextNormalization.None, Lowercase = false }, "café");

        CollectionAssert.AreEqual(new[] { 1 }, vocabulary.Encode("cafe\u0301"));
        CollectionAssert.AreEqual(new[] { 2 }, vocabulary.Encode("café"));
        Assert.AreEqual(TextNormalization.None, vocabulary.Normalization);
    }

    [TestMethod]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.Bytes)]
    [DataRow(TokenKind.BytePairs)]
    public void OtherTokensAreNormalizedOnlyIfAskedFor(TokenKind kind)
    {
        const string Text = "cafe\u0301 ﬁ";
        var asItIs = Tokenizers.Learn(kind, Text);
        var normalized = Tokenizers.Learn(new VocabularyOptions { Kind = kind, MinimumCount = 1, Normalization = TextNormalization.Compatibility }, Text);

        Assert.AreEqual(TextNormalization.None, asItIs.Normalization);
        Assert.AreEqual(Text, asItIs.Decode(asItIs.Encode(Text)));
        Assert.AreEqual(1, Tokenizers.Save(asItIs)[1]);
        foreach (var tokenizer in (TextTokenizer[])[normalized, Tokenizers.Load(Tokenizers.Save(normalized))])
        {
            Assert.AreEqual(TextNormalization.Compatibility, tokenizer.Normalization);
            Assert.AreEqual("café fi", tokenizer.Decode(tokenizer.Encode(Text)));
        }
    }

    [TestMethod]
    public void AVocabularyOfTheFirstVersionReadsAsItDid()
    {
        string[] words = ["café", "สินค้า", "straße", "İ", "می", "aa", "我", "爱"];
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write((byte)0);
        writer.Write(1);
        writer.Write(true);
        writer.Write(words.Length);
        foreach (var word in words)
            writer.Write(word);
        var content = stream.ToArray();
        var vocabulary = Tokenizers.Load(content);

        CollectionAssert.AreEqual(new[] { 2, 1, 3, 4, 1, 5 }, vocabulary.Encode("CAFÉ cafe\u0301 สินค้า Straße STRASSE İ"));
        CollectionAssert.AreEqual(new[] { 6, 1, 7 }, vocabulary.Encode("می\u200Cخواهم AA"));
        Assert.AreEqual("สินค้า สินค้า 我爱", vocabulary.Decode([3, 3, 8, 9]));
        CollectionAssert.AreEqual(content, Tokenizers.Save(vocabulary));
    }

    [TestMethod]
    public void ANormalizationThatThereIsNotIsReported()
    {
        var content = Tokenizers.Save(Tokenizers.Learn(TokenKind.Words, "a"));
        content[6] = 3;

        Tokenizers.CheckDamaged(content, "normalization is 3", "normalization 3");
    }

    [TestMethod]
    public void FoldedWordsAreTheSameThatAgreeInTheFirst256Characters()
    {
        var vocabulary = Tokenizers.Learn(new VocabularyOptions(), new string('ß', 200));

        CollectionAssert.AreEqual(new[] { 2, 2, 1 }, vocabulary.Encode($"{new string('S', 256)} {new string('ß', 128)} {new string('ß', 127)}"));
    }
}
