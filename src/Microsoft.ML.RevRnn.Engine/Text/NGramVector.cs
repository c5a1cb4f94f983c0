using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>The n-grams of one text, by their hashes, and how much there is of each: what <see cref="NGramOptions"/> says. Immutable.</summary>
public sealed class NGramVector
{
    private readonly uint[] _hashes;
    private readonly float[] _values;

    internal NGramVector(uint[] hashes, float[] values)
    {
        _hashes = hashes;
        _values = values;
    }

    /// <summary>How many different n-grams there are.</summary>
    public int Count => _hashes.Length;

    /// <summary>The hashes of the n-grams, ascending.</summary>
    internal ReadOnlySpan<uint> Hashes => _hashes;

    /// <summary>What there is of each.</summary>
    internal ReadOnlySpan<float> Values => _values;

    /// <summary>The places of a hash of so many bits, and what there is in each, negative where the hash's highest bit is set.</summary>
    internal (long[] Places, float[] Values) Places(int bits)
    {
        var values = new float[_values.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = _hashes[i] >> 31 == 0 ? _values[i] : -_values[i];
        return (Array.ConvertAll(_hashes, hash => (long)(hash & ((1u << bits) - 1))), values);
    }

    /// <summary>The n-grams of a text, or of several that belong together: no run goes from one to the next.</summary>
    /// <param name="texts">The texts; nulls are empty.</param>
    /// <param name="options">Which n-grams count.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static NGramVector Of(IReadOnlyList<string?> texts, NGramOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var hasher = new NGramHasher(options);
        foreach (var text in texts)
            hasher.Add(text);
        return hasher.ToVector();
    }

    /// <summary>The n-grams of a sequence of tokens, each of which counts as a word.</summary>
    /// <param name="tokens">Token numbers.</param>
    /// <param name="options">Which n-grams count; those of characters there are none of.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static NGramVector OfTokens(ReadOnlySpan<int> tokens, NGramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var hasher = new NGramHasher(options);
        hasher.Add(tokens);
        return hasher.ToVector();
    }
}
