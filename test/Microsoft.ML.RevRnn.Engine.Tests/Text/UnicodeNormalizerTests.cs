using System.Globalization;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Normalization forms against those of ICU.</summary>
[TestClass]
internal sealed class UnicodeNormalizerTests
{
    [TestMethod]
    public void TextsHaveTheFormsThatIcuGivesThem()
    {
        var golden = GoldenFile.Load("normalization");
        for (var i = 0; i < golden.Count("cases"); i++)
        {
            var (source, canonical, compatible) = (Read(golden, i, 0), Read(golden, i, 1), Read(golden, i, 2));
            Assert.AreEqual(canonical, UnicodeNormalizer.Normalize(source, compatible: false), $"NFC of case {i}");
            Assert.AreEqual(compatible, UnicodeNormalizer.Normalize(source, compatible: true), $"NFKC of case {i}");
            Assert.AreEqual(canonical, UnicodeNormalizer.Normalize(canonical, compatible: false), $"NFC twice of case {i}");
        }
    }

    [TestMethod]
    public void WhetherATextIsNormalIsFoundOut()
    {
        var golden = GoldenFile.Load("normalization");
        for (var i = 0; i < golden.Count("cases"); i++)
        {
            var source = Read(golden, i, 0);
            foreach (var form in (TextNormalization[])[TextNormalization.Canonical, TextNormalization.Compatibility])
            {
                var expected = UnicodeNormalizer.Normalize(IgnorableCharacters.Remove(source), form == TextNormalization.Compatibility);
                Assert.AreEqual(expected, TextNormalizer.Apply(source, form).ToString(), $"{form} of case {i}");
                Assert.AreEqual(expected, TextNormalizer.Apply("é\n" + source, form)[2..].ToString(), $"{form} of case {i} behind another");
            }
        }
    }

    [TestMethod]
    public void EverySyllableOfHangulIsMadeOfItsLetters()
    {
        for (var syllable = '\uAC00'; syllable <= '\uD7A3'; syllable++)
        {
            var number = syllable - 0xAC00;
            var letters = $"{(char)(0x1100 + number / 588)}{(char)(0x1161 + number / 28 % 21)}" + (number % 28 == 0 ? "" : (char)(0x11A7 + number % 28));
            Assert.AreEqual(syllable.ToString(), UnicodeNormalizer.Normalize(letters, compatible: false));
            Assert.AreEqual(syllable.ToString(), UnicodeNormalizer.Normalize(syllable.ToString(), compatible: false));
        }
    }

    [TestMethod]
    public void ALongRunOfMarksIsSortedAndHalvesOfSurrogatePairsStay()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 50_000));
        Assert.AreEqual("ạ\u0323", UnicodeNormalizer.Normalize("a" + marks, compatible: false)[..2]);
        char[] halves = ['e', '\u0301', '\uD83D', 'x', '\uDE00'];
        CollectionAssert.AreEqual((char[])['é', '\uD83D', 'x', '\uDE00'], UnicodeNormalizer.Normalize(halves, compatible: false).ToCharArray());
    }

    private static string Read(GoldenFile golden, int index, int form) => string.Concat(
        golden.Text("cases", index, form).Split(' ').Select(point => char.ConvertFromUtf32(int.Parse(point, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
}
