using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>Scripts that are written without spaces between words.</summary>
internal static class UnspacedScript
{
    /// <summary>
    /// Blocks whose letters have line-break class SA, or AK or AS (UAX 14): scripts of South East Asia and their kin, whose words only a dictionary tells apart. First and last.
    /// </summary>
    private static readonly (int First, int Last)[] _complex =
    [
        (0x0E00, 0x0EFF), // Thai, Lao
        (0x1000, 0x109F), // Myanmar
        (0x1780, 0x17FF), // Khmer
        (0x1950, 0x19FF), // Tai Le, New Tai Lue, Khmer symbols
        (0x1A00, 0x1AAF), // Buginese, Tai Tham
        (0x1B00, 0x1B7F), // Balinese
        (0x1BC0, 0x1BFF), // Batak
        (0xA980, 0xA9FF), // Javanese, Myanmar Extended-B
        (0xAA00, 0xAADF), // Cham, Myanmar Extended-A, Tai Viet
        (0x11000, 0x1107F), // Brahmi
        (0x11300, 0x113FF), // Grantha, Tulu-Tigalari
        (0x116D0, 0x116FF), // Myanmar Extended-C
        (0x11700, 0x1174F), // Ahom
        (0x11900, 0x1195F), // Dives Akuru
        (0x11EE0, 0x11F5F), // Makasar, Kawi
    ];

    /// <summary>Whether a letter is a word, or begins one of a grapheme cluster: it is of a script without spaces.</summary>
    public static bool Separates(Rune character) =>
        character.Value >= 0x0E00 && (IsHanOrKana(character) || IsIdeographic(character) || IsComplex(character));

    /// <summary>
    /// Whether a text has no space between this and another such character. Tibetan too: it marks the ends of syllables, and has spaces at the ends of phrases only.
    /// </summary>
    public static bool Joins(Rune character) => character.Value >= 0x0E00
        && !(character.Value is (>= 0xFF21 and <= 0xFF3A) or (>= 0xFF41 and <= 0xFF5A))
        && (Separates(character) || character.Value is >= 0x0F00 and <= 0x0FFF);

    /// <summary>Han and kana, with their punctuation and the other characters of full width: all that the first version of <see cref="Vocabulary"/> knew.</summary>
    public static bool IsHanOrKana(Rune character) => character.Value is (>= 0x2E80 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFF00 and <= 0xFF9F) or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Others of line-break class ID: Yi, Tangut, Khitan, Nüshu, historic kana.</summary>
    private static bool IsIdeographic(Rune character) => character.Value is (>= 0xA000 and <= 0xA4CF) or (>= 0x16FE0 and <= 0x18DFF) or (>= 0x1AFF0 and <= 0x1B2FF);

    private static bool IsComplex(Rune character)
    {
        foreach (var (first, last) in _complex)
        {
            if (character.Value <= last)
                return character.Value >= first;
        }
        return false;
    }
}
