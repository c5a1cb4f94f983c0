using System.Buffers;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>NFC and NFKC of UAX 15: decomposition, canonical order, composition. Half a surrogate pair stays what it is.</summary>
internal static class UnicodeNormalizer
{
    // The arithmetic of Hangul syllables: the Unicode Standard, section 3.12.
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Hangul letters that may join what is before them.</summary>
    public static IEnumerable<int> JoiningJamo { get; } =
        [.. Enumerable.Range(VowelBase, VowelCount), .. Enumerable.Range(TrailBase + 1, TrailCount - 1)];

    public static string Normalize(ReadOnlySpan<char> text, bool compatible)
    {
        var table = UnicodeTable.Instance;
        var characters = new List<int>(text.Length);
        while (!text.IsEmpty)
        {
            var whole = Rune.DecodeFromUtf16(text, out var rune, out var length) == OperationStatus.Done;
            Decompose(table, whole ? rune.Value : text[0], compatible, characters);
            text = text[length..];
        }
        Order(table, characters);
        return Text(Compose(table, characters));
    }

    private static void Decompose(UnicodeTable table, int character, bool compatible, List<int> result)
    {
        var syllable = character - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            result.Add(LeadBase + syllable / (VowelCount * TrailCount));
            result.Add(VowelBase + syllable / TrailCount % VowelCount);
            if (syllable % TrailCount > 0)
                result.Add(TrailBase + syllable % TrailCount);
        }
        else if (table.Decomposition(character, compatible) is { } decomposition)
        {
            result.AddRange(decomposition);
        }
        else
        {
            result.Add(character);
        }
    }

    /// <summary>Sorts each run of marks by their classes; those of one class stay in their order.</summary>
    private static void Order(UnicodeTable table, List<int> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            var end = start;
            while (end < characters.Count && table.Class(characters[end]) != 0)
                end++;
            if (end - start > 1)
            {
                var sorted = characters.GetRange(start, end - start).OrderBy(table.Class).ToList();
                for (var i = 0; i < sorted.Count; i++)
                    characters[start + i] = sorted[i];
            }
            start = end;
        }
    }

    private static List<int> Compose(UnicodeTable table, List<int> characters)
    {
        var result = new List<int>(characters.Count);
        var starter = -1;
        var before = 0;
        foreach (var character in characters)
        {
            // A mark is blocked from the starter by one of its own class or a higher one, and a starter by any.
            var order = table.Class(character);
            if (starter >= 0 && (before == 0 || before < order) && Composite(table, result[starter], character) is { } composite)
            {
                result[starter] = composite;
                continue;
            }
            if (order == 0)
                starter = result.Count;
            before = order;
            result.Add(character);
        }
        return result;
    }

    private static int? Composite(UnicodeTable table, int first, int second)
    {
        if (first - LeadBase is >= 0 and < LeadCount and var lead && second - VowelBase is >= 0 and < VowelCount and var vowel)
            return SyllableBase + (lead * VowelCount + vowel) * TrailCount;
        var syllable = first - SyllableBase;
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && second - TrailBase is > 0 and < TrailCount and var trail)
            return first + trail;
        return table.Composite(first, second);
    }

    private static string Text(List<int> characters)
    {
        var text = new StringBuilder(characters.Count);
        var units = (stackalloc char[2]);
        foreach (var character in characters)
        {
            if (Rune.TryCreate(character, out var rune))
                text.Append(units[..rune.EncodeToUtf16(units)]);
            else
                text.Append((char)character);
        }
        return text.ToString();
    }
}
