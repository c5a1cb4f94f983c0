namespace Microsoft.ML.RevRnn.Testing;

/// <summary>Words that may stand for others.</summary>
internal sealed class SimilarWords
{
    private readonly Dictionary<string, IReadOnlyList<string>> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly TextTokenizer? _tokenizer;
    private readonly TokenNeighbours? _neighbours;
    private readonly int _count;

    /// <summary>Those of a list.</summary>
    public SimilarWords(IReadOnlyDictionary<string, IReadOnlyList<string>> list)
    {
        foreach (var (word, similar) in list)
            _known[word] = similar;
    }

    /// <summary>Those whose vectors are nearest.</summary>
    public SimilarWords(TextTokenizer tokenizer, TokenNeighbours neighbours, int count)
    {
        if (tokenizer.Kind is TokenKind.Characters or TokenKind.Bytes)
            return;
        _tokenizer = tokenizer;
        _neighbours = neighbours;
        _count = count;
    }

    /// <summary>The similar words of a word; empty for none.</summary>
    public IReadOnlyList<string> Of(string word)
    {
        if (_known.TryGetValue(word, out var similar))
            return similar;
        return _tokenizer == null ? [] : _known[word] = Nearest(word);
    }

    private string[] Nearest(string word)
    {
        var tokens = _tokenizer!.Encode(word);
        if (tokens is not [> TextTokenizer.UnknownToken])
            return [];
        return [.. _neighbours!.Nearest(tokens[0], _count).Select(neighbour => _tokenizer.Token(neighbour.Token).Trim()).Where(WordedText.IsWord)];
    }
}
