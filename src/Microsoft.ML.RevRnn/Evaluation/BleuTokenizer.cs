using System.Text.RegularExpressions;

namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Texts as the tokens that BLEU counts.</summary>
/// <param name="options">Tokenization and case.</param>
internal sealed partial class BleuTokenizer(BleuOptions options)
{
    /// <summary>What is white space in Python: four separators beside what is so in .NET.</summary>
    private static readonly char[] _spaces =
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => (char)unit).Where(unit => char.IsWhiteSpace(unit) || unit is >= '\u001C' and <= '\u001F')];

    public string[] Cut(string text)
    {
        var line = text.TrimEnd(_spaces);
        if (options.Lowercase)
            line = line.ToLowerInvariant();
        return (options.Tokenization == BleuTokenization.Mteval13a ? Space13a(line) : line).Split(_spaces, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>mteval-v13a's rules, each from left to right without overlap; the order of the entities matters.</summary>
    private static string Space13a(string line)
    {
        line = line.Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ');
        if (line.Contains('&'))
        {
            line = line.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
                .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        }
        line = Symbol().Replace($" {line} ", " $1 ");
        line = AfterNoDigit().Replace(line, "$1 $2 ");
        line = BeforeNoDigit().Replace(line, " $1 $2");
        return HyphenAfterDigit().Replace(line, "$1 $2 ");
    }

    [GeneratedRegex(@"([{-~\[-` -&(-+:-@/])")]
    private static partial Regex Symbol();

    [GeneratedRegex("([^0-9])([.,])")]
    private static partial Regex AfterNoDigit();

    [GeneratedRegex("([.,])([^0-9])")]
    private static partial Regex BeforeNoDigit();

    [GeneratedRegex("([0-9])(-)")]
    private static partial Regex HyphenAfterDigit();
}
