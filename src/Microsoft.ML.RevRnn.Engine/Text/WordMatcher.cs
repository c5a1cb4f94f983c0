namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Finds the tokens that a word of a file stands for: the one that it is as the tokenizer reads it, and, where that keeps upper and lower case, those that it is but for the
/// case. <c>&lt;unk&gt;</c> stands for the unknown token, and <c>&lt;/s&gt;</c>, as fastText writes the end of a line, for the boundary.
/// </summary>
internal sealed class WordMatcher
{
    /// <summary>Longer words are no tokens.</summary>
    public const int LongestWord = 256;

    private const string EndOfLine = "</s>";

    private readonly WordForm _form;
    private readonly Dictionary<string, int> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]>? _ofAnyCase;

    /// <param name="words">Words as the tokenizer knows them, and their tokens.</param>
    /// <param name="form">What the tokenizer makes of a word.</param>
    /// <param name="isCased">Whether it keeps upper and lower case.</param>
    public WordMatcher(IEnumerable<(string Word, int Token)> words, WordForm form, bool isCased)
    {
        _form = form;
        foreach (var (word, token) in words)
            _tokens.TryAdd(word, token);
        if (isCased)
            _ofAnyCase = _tokens.GroupBy(entry => Folded(entry.Key), entry => entry.Value).ToDictionary(same => same.Key, same => same.ToArray(), StringComparer.Ordinal);
        _tokens.TryAdd(TextTokenizer.UnknownName, TextTokenizer.UnknownToken);
        _tokens.TryAdd(EndOfLine, TextTokenizer.BoundaryToken);
    }

    /// <summary>The token that a word is; -1 for none.</summary>
    public int Find(ReadOnlySpan<char> word)
    {
        var form = _form(word, stackalloc char[LongestWord]);
        return _tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(form, out var token) ? token : -1;
    }

    /// <summary>The tokens that a word is but for its case, where that is kept; the one that it is among them.</summary>
    public ReadOnlySpan<int> FindOfAnyCase(ReadOnlySpan<char> word)
    {
        if (_ofAnyCase == null)
            return [];
        var folded = (stackalloc char[LongestWord]);
        var length = CaseFolding.Fold(_form(word, stackalloc char[LongestWord]), folded);
        return _ofAnyCase.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(folded[..length], out var tokens) ? tokens : [];
    }

    private static string Folded(string word)
    {
        var folded = (stackalloc char[LongestWord]);
        return folded[..CaseFolding.Fold(word, folded)].ToString();
    }
}
