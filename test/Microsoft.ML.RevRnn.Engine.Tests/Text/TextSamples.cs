using System.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Texts of many scripts, and made-up ones.</summary>
internal static class TextSamples
{
    private static readonly string[] _parts =
        ["a", "b", "ab", "the", " ", "  ", "\n", "\t", "\u00A0", "\u3000", "7", "42", "٣", ".", ",", "\"", "—", "\0", "\uFEFF", "\uFFFD",
         "é", "e\u0301", "ß", "मे", "ं", "سلام", "می\u200Cخواهم", "我", "你好", "か\u3099", "한", "𐐨", "😀", "👩\u200D🚀", "\u2764\uFE0F", "\U0010FFFF"];

    /// <summary>Valid UTF-16.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "",
        " ",
        " \t\r\n\u00A0\u3000 ",
        "The cat sat, and the cat sat.  It's 3.14 — isn't it?\r\n\tYes!",
        "مرحبا بالعالم، كيف حالك؟ ١٢٣",
        "می\u200Cخواهم «کتاب» بخوانم.",
        "我爱你，中国。今天是2024年1月1日！",
        "हिन्दी में क्षत्रिय और श्री। संयुक्ताक्षर",
        "👩\u200D👩\u200D👧\u200D👦 family 👩🏽\u200D🚀🏳\uFE0F\u200D🌈 🇩🇪",
        "e\u0301te\u0301 naïve Straße \u0301",
        "안녕하세요 ひらがなカタカナ か\u3099 𐐀𐐨 𝒜\U0010FFFF\U00020000",
        "mixed我mixedسلامहिन्दी😀42\0\uFEFF\uFFFD",
        new string('x', 10_000),
        string.Concat(Enumerable.Repeat("é😀", 3_000)),
        string.Concat(Enumerable.Repeat("ab", 128)) + new string(' ', 600) + "b",
    ];

    /// <summary>Valid UTF-16 of up to 40 parts.</summary>
    public static string Random(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = random.Next(40); i > 0; i--)
            text.Append(_parts[random.Next(_parts.Length)]);
        return text.ToString();
    }

    /// <summary>Words of few letters, so that pairs are often equally frequent and often overlap.</summary>
    public static string RandomWords(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = random.Next(200); i > 0; i--)
            text.Append(random.Next(5) == 0 ? ' ' : (char)('a' + random.Next(1 + (seed % 4))));
        return text.ToString();
    }
}
