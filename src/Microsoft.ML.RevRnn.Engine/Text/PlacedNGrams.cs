using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>The n-grams of a text with the tokens that each is of, so that what they add to a score can be told by token. Immutable.</summary>
public sealed class PlacedNGrams
{
    private readonly List<NGramOccurrence> _occurrences;
    private readonly TokenRun[] _words;

    private PlacedNGrams(NGramVector vector, List<NGramOccurrence> occurrences, TokenRun[] words, int tokenCount)
    {
        Vector = vector;
        TokenCount = tokenCount;
        _occurrences = occurrences;
        _words = words;
    }

    /// <summary>The n-grams without their places: those of <see cref="NGramVector.Of"/>.</summary>
    public NGramVector Vector { get; }

    /// <summary>T.</summary>
    public int TokenCount { get; }

    internal IReadOnlyList<NGramOccurrence> Occurrences => _occurrences;

    /// <summary>[words]: the tokens that each word is in.</summary>
    internal ReadOnlySpan<TokenRun> Words => _words;

    /// <summary>The n-grams of a text, or of several that are read as one, with <see cref="TextTokenizer.BoundaryToken"/> between each two.</summary>
    /// <param name="texts">The texts; nulls are empty.</param>
    /// <param name="options">Which n-grams count.</param>
    /// <param name="tokenizer">Cuts the texts into the tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static PlacedNGrams Of(IReadOnlyList<string?> texts, NGramOptions options, TextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options.Validate();
        var occurrences = new List<NGramOccurrence>();
        var hasher = new NGramHasher(options, occurrences);
        var words = new List<TokenRun>();
        // Of the boundary before the first text there is none.
        var tokenCount = -1;
        foreach (var text in texts)
        {
            tokenCount++;
            hasher.Add(text);
            var (ofText, tokens) = WordPlaces.Of(tokenizer, text ?? "", hasher.WordCount - words.Count);
            foreach (var word in ofText)
                words.Add(word with { First = tokenCount + word.First });
            tokenCount += tokens;
        }
        return new PlacedNGrams(hasher.ToVector(), occurrences, [.. words], Math.Max(0, tokenCount));
    }

    /// <summary>The n-grams of a sequence of tokens, each of which counts as a word.</summary>
    /// <param name="tokens">Token numbers.</param>
    /// <param name="options">Which n-grams count; those of characters there are none of.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static PlacedNGrams OfTokens(ReadOnlySpan<int> tokens, NGramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var occurrences = new List<NGramOccurrence>();
        var hasher = new NGramHasher(options, occurrences);
        hasher.Add(tokens);
        return new PlacedNGrams(hasher.ToVector(), occurrences, [.. Enumerable.Range(0, tokens.Length).Select(token => new TokenRun(token, 1))], tokens.Length);
    }
}
