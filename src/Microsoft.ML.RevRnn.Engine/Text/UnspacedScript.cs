using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>Scripts that are written without spaces and of which each character is a word: Han and kana, with their punctuation.</summary>
internal static class UnspacedScript
{
    public static bool Includes(Rune character) => character.Value is (>= 0x2E80 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFF00 and <= 0xFF9F) or (>= 0x20000 and <= 0x3FFFF);
}
