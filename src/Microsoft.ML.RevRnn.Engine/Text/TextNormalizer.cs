using System.Buffers;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>Brings texts into a <see cref="TextNormalization"/>. One that has it already, as most do, is found out by a look at each character (UAX 15, section 9).</summary>
internal static class TextNormalizer
{
    /// <summary>What <see cref="Checks"/> has for a character that may have to be changed.</summary>
    private const byte Changing = 255;

    /// <summary>Below the first soft hyphen and the first compatible character there is nothing to do, and no table is needed. A search for a range would allocate until it is compiled at last.</summary>
    private static readonly SearchValues<char> _plain = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(unit => (char)unit)]);

    private static readonly Lazy<byte[]> _canonical = new(() => Checks(compatible: false));
    private static readonly Lazy<byte[]> _compatible = new(() => Checks(compatible: true));

    /// <summary>The text itself, if it is normalized, or else a new one.</summary>
    public static ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, TextNormalization form)
    {
        if (IsNormal(text, form))
            return text;
        return UnicodeNormalizer.Normalize(IgnorableCharacters.Remove(text), form == TextNormalization.Compatibility);
    }

    /// <summary>The texts themselves, or new ones.</summary>
    public static ReadOnlyMemory<char> Apply(ReadOnlyMemory<char> text, TextNormalization form) =>
        IsNormal(text.Span, form) ? text : Apply(text.Span, form).ToString().AsMemory();

    private static bool IsNormal(ReadOnlySpan<char> text, TextNormalization form)
    {
        if (form == TextNormalization.None)
            return true;
        var plain = text.IndexOfAnyExcept(_plain);
        if (plain < 0)
            return true;
        var checks = (form == TextNormalization.Compatibility ? _compatible : _canonical).Value;
        var before = 0;
        foreach (var unit in text[plain..])
        {
            var check = checks[unit];
            if (check == Changing || (check != 0 && check < before))
                return false;
            before = check;
        }
        return true;
    }

    /// <summary>Of each UTF-16 unit its combining class, or <see cref="Changing"/>, which half a surrogate pair is if any of its characters needs a look.</summary>
    private static byte[] Checks(bool compatible)
    {
        var table = UnicodeTable.Instance;
        var checks = new byte[char.MaxValue + 1];
        foreach (var (character, order) in table.Classes)
            Set(character, order);
        foreach (var character in table.Changing.Concat(UnicodeNormalizer.JoiningJamo).Concat(compatible ? table.Compatible : []))
            Set(character, Changing);
        foreach (var (first, last) in IgnorableCharacters.Ranges)
        {
            for (var character = first; character <= last; character++)
                Set(character, Changing);
        }
        return checks;

        void Set(int character, byte value)
        {
            if (character > char.MaxValue)
                checks[char.ConvertFromUtf32(character)[0]] = Changing;
            else
                checks[character] = value;
        }
    }
}
