using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Words with spaces between them. There is no space before a mark that ends something, a closing bracket or a closing quote, none after an
/// opening bracket or quote, and none between characters of a script that is written without. Straight double quotes open and close
/// in turn. An apostrophe joins the word before it, and the ending of an English contraction after it.
/// </summary>
internal sealed class WordAssembler(Vocabulary vocabulary) : TextAssembler
{
    /// <summary>Marks that follow a word or number: Latin, Arabic, Devanagari, Chinese and Japanese, and those in full width.</summary>
    private const string Ending = ",.;:!?%…\u060C\u061B\u061F\u06D4\u0964\u0965\u3001\u3002\uFF0C\uFF0E\uFF1B\uFF1A\uFF01\uFF1F\uFF05";

    private static readonly HashSet<string> _contractions = new(["s", "t", "d", "m", "ll", "re", "ve"], StringComparer.OrdinalIgnoreCase);

    private bool _joins = true;
    private bool _apostrophe;
    private bool _unspaced;
    private bool _quoted;

    /// <inheritdoc/>
    public override string Append(int token)
    {
        var word = vocabulary.Token(token);
        return token == TextTokenizer.BoundaryToken ? "" : Append(word);
    }

    /// <inheritdoc/>
    public override string Finish() => "";

    /// <inheritdoc/>
    public override string Append(int token, string? unknown)
        => token == TextTokenizer.UnknownToken && !string.IsNullOrEmpty(unknown) ? Append(unknown) : Append(token);

    private string Append(string word)
    {
        Rune.DecodeFromUtf16(word, out var first, out _);
        var isApostrophe = word is "'" or "\u2019";
        var (opens, closes) = first.Value == '"' ? (!_quoted, _quoted) : (Opens(first), Closes(first) || isApostrophe);
        closes |= _apostrophe && _contractions.Contains(word);
        _apostrophe = isApostrophe;
        var unspaced = vocabulary.HasClusters ? UnspacedScript.Joins(first) : UnspacedScript.IsHanOrKana(first);
        var space = !(_joins || closes || (_unspaced && unspaced));
        _quoted ^= first.Value == '"';
        _joins = opens;
        _unspaced = unspaced;
        return space ? " " + word : word;
    }

    private static bool Opens(Rune first) =>
        Rune.GetUnicodeCategory(first) is UnicodeCategory.OpenPunctuation or UnicodeCategory.InitialQuotePunctuation;

    private static bool Closes(Rune first) =>
        (first.IsBmp && Ending.Contains((char)first.Value))
        || Rune.GetUnicodeCategory(first) is UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation;
}
