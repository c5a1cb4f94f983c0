using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// The n-grams of one text, by their hashes, and how much there is of each: what <see cref="NGramOptions"/> says. Immutable, but for one that a <see cref="NGramReader"/> lends.
/// </summary>
public sealed class NGramVector
{
    private uint[] _hashes = [];
    private float[] _values = [];

    internal NGramVector()
    {
    }

    internal NGramVector(uint[] hashes, float[] values) => (_hashes, _values, Count) = (hashes, values, hashes.Length);

    /// <summary>How many different n-grams there are.</summary>
    public int Count { get; private set; }

    /// <summary>The hashes of the n-grams, ascending.</summary>
    internal ReadOnlySpan<uint> Hashes => _hashes.AsSpan(0, Count);

    /// <summary>What there is of each.</summary>
    internal ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

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

    /// <summary>The same n-grams in a vector that stays as it is.</summary>
    public NGramVector Copy() => new(Hashes.ToArray(), Values.ToArray());

    /// <summary>
    /// As a model in ONNX takes them: for each n-gram the last <paramref name="bits"/> bits of its hash, its place among 2^bits, and its value, negative where the hash's highest bit is set. Places may
    /// repeat.
    /// </summary>
    /// <param name="bits">Bits of the hash, as <see cref="NGramOptions.HashBits"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">So many bits no hash has.</exception>
    public (long[] Places, float[] Values) Places(int bits)
    {
        OptionCheck.Range(nameof(bits), bits, 8, 24);
        var (places, values) = (new long[Count], new float[Count]);
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = _hashes[i] & ((1u << bits) - 1);
            values[i] = _hashes[i] >> 31 == 0 ? _values[i] : -_values[i];
        }
        return (places, values);
    }

    /// <summary>Has other n-grams from now on.</summary>
    /// <param name="sums">Those of <see cref="NGramSums.Sum"/>.</param>
    internal void Set(ReadOnlySpan<ulong> sums)
    {
        if (_hashes.Length < sums.Length)
            (_hashes, _values) = (new uint[sums.Length], new float[sums.Length]);
        Count = sums.Length;
        for (var i = 0; i < sums.Length; i++)
        {
            _hashes[i] = (uint)(sums[i] >> 32);
            _values[i] = BitConverter.UInt32BitsToSingle((uint)sums[i]);
        }
    }
}
