using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>Leaves out of a text what cannot be seen: see <see cref="TextNormalization"/>.</summary>
internal static class IgnorableCharacters
{
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;
    private const int BlackFlag = 0x1F3F4;
    private const int ViramaClass = 9;

    /// <summary>Default_Ignorable_Code_Point (UAX 44) but for U+200B, which separates words: first and last of each range.</summary>
    public static IReadOnlyList<(int First, int Last)> Ranges { get; } =
    [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200C, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
        (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ];

    /// <summary>Those that may stay, and then belong to what they follow.</summary>
    public static bool Extends(Rune character) => character.Value is NonJoiner or Joiner or (>= 0xE0020 and <= 0xE007F);

    public static string Remove(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length);
        var before = default(Rune);
        var joiner = 0;
        while (!text.IsEmpty)
        {
            var whole = Rune.DecodeFromUtf16(text, out var character, out var length) == OperationStatus.Done;
            var units = text[..length];
            text = text[length..];
            if (whole && Includes(character))
            {
                if (Extends(character) && character.Value > 0xFFFF && before.Value is BlackFlag or (>= 0xE0020 and <= 0xE007E))
                    (before, _) = (character, result.Append(units));
                else if (joiner == 0 && character.Value is NonJoiner or Joiner)
                    joiner = character.Value;
                continue;
            }
            if (joiner != 0 && Matters(before, joiner, character))
                result.Append((char)joiner);
            joiner = 0;
            before = character;
            result.Append(units);
        }
        if (joiner != 0 && IsVirama(before))
            result.Append((char)joiner);
        return result.ToString();
    }

    private static bool Includes(Rune character)
    {
        foreach (var (first, last) in Ranges)
        {
            if (character.Value <= last)
                return character.Value >= first;
        }
        return false;
    }

    private static bool Matters(Rune before, int joiner, Rune after) => IsVirama(before)
        || (IsOfJoiningScript(before) && IsOfJoiningScript(after))
        || (joiner == Joiner && IsSymbol(before) && IsSymbol(after));

    private static bool IsVirama(Rune character) => UnicodeTable.Instance.Class(character.Value) == ViramaClass;

    private static bool IsSymbol(Rune character) =>
        Rune.GetUnicodeCategory(character) is UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.MathSymbol;

    /// <summary>Letters and marks of the scripts whose letters change their shapes beside others: Arabic and its kin, those of India and of the south east, Mongolian.</summary>
    private static bool IsOfJoiningScript(Rune character) =>
        character.Value is (>= 0x600 and <= 0x109F) or (>= 0x1700 and <= 0x1C7F) or (>= 0xA800 and <= 0xAAFF) or (>= 0xFB50 and <= 0xFEFC)
            or (>= 0x10840 and <= 0x11FFF) or (>= 0x1E900 and <= 0x1E95F)
        && Rune.GetUnicodeCategory(character) is UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.UppercaseLetter
            or UnicodeCategory.LowercaseLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
