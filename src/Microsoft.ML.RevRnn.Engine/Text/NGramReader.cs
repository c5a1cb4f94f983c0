using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Reads the n-grams of one text after another into room that it keeps, so that a service that scores text by text allocates nothing for them. For one thread at a time.
/// </summary>
/// <example>
/// <code>
/// var reader = new NGramReader(classifier.NGrams!);
/// foreach (var text in texts)
///     classifier.Predict(tokenizer.Encode(text), [], probabilities, nGrams: reader.Read(text));
/// </code>
/// </example>
public sealed class NGramReader
{
    /// <summary>Room for more n-grams than that, of a text of some hundred thousand characters, is given back.</summary>
    private const int MostKept = 1 << 20;

    private readonly NGramOptions _options;
    private NGramHasher _hasher;
    private NGramVector _vector = new();

    /// <param name="options">Which n-grams count.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public NGramReader(NGramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _hasher = new NGramHasher(options);
    }

    /// <summary>The n-grams of a text: those of <see cref="NGramVector.Of"/>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>What the next reading overwrites; <see cref="NGramVector.Copy"/> stays.</returns>
    public NGramVector Read(ReadOnlySpan<char> text)
    {
        Begin();
        _hasher.Add(text);
        return End();
    }

    /// <summary>The n-grams of several texts that belong together: no run goes from one to the next.</summary>
    /// <param name="texts">The texts.</param>
    /// <returns>What the next reading overwrites; <see cref="NGramVector.Copy"/> stays.</returns>
    public NGramVector Read(ReadOnlySpan<ReadOnlyMemory<char>> texts)
    {
        Begin();
        foreach (var text in texts)
            _hasher.Add(text.Span);
        return End();
    }

    /// <summary>The n-grams of a sequence of tokens: those of <see cref="NGramVector.OfTokens"/>.</summary>
    /// <param name="tokens">Token numbers.</param>
    /// <returns>What the next reading overwrites; <see cref="NGramVector.Copy"/> stays.</returns>
    public NGramVector ReadTokens(ReadOnlySpan<int> tokens)
    {
        Begin();
        _hasher.Add(tokens);
        return End();
    }

    private void Begin()
    {
        if (_vector.Count > MostKept)
            (_hasher, _vector) = (new NGramHasher(_options), new NGramVector());
        _hasher.Clear();
    }

    private NGramVector End()
    {
        _hasher.MoveTo(_vector);
        return _vector;
    }
}
