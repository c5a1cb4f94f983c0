using System.Text;
using System.Text.Unicode;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Byte pair encoding of UTF-8: a text's bytes, in which pairs that were frequent in the training texts are merged, in the order in which
/// they were learned. Any text comes back as it was, unless it is to be normalized. See <see cref="BytePairLearner"/> for the sources.
/// </summary>
public sealed class BytePairTokenizer : Utf8Tokenizer
{
    /// <summary>A pair that occurs once is no pattern.</summary>
    private const int LeastPairs = 2;

    private readonly TokenPair[] _merges;
    private readonly Dictionary<TokenPair, int> _numbers;

    private BytePairTokenizer(TokenPair[] merges, TextNormalization normalization)
        : base(normalization)
    {
        _merges = merges;
        _numbers = new Dictionary<TokenPair, int>(merges.Length);
        for (var i = 0; i < merges.Length; i++)
            _numbers.Add(merges[i], i + ByteTokens);
    }

    /// <inheritdoc/>
    public override TokenKind Kind => TokenKind.BytePairs;

    /// <inheritdoc/>
    public override int Size => _merges.Length + ByteTokens;

    /// <exception cref="ArgumentException">The texts are too many.</exception>
    internal static new BytePairTokenizer Learn(IReadOnlyList<ReadOnlyMemory<char>> texts, VocabularyOptions options) =>
        new(BytePairLearner.Learn(Normalize(texts, options), options.MaximumSize, options.MinimumCount ?? LeastPairs), options.NormalizationOfKind);

    /// <exception cref="FormatException">The content is damaged or from a newer version.</exception>
    internal static BytePairTokenizer LoadContent(BinaryReader reader)
    {
        var normalization = TokenizerContent.ReadHeader(reader);
        var count = TokenizerContent.ReadCount(reader);
        var merges = new List<TokenPair>(Math.Min(count, 4096));
        var lengths = new List<int>(Enumerable.Repeat(1, ByteTokens));
        for (var i = 0; i < count; i++)
        {
            var pair = new TokenPair(reader.ReadInt32(), reader.ReadInt32());
            if (pair.Left < ReservedTokens || pair.Left >= lengths.Count || pair.Right < ReservedTokens || pair.Right >= lengths.Count)
                throw new FormatException($"The tokenizer is damaged: token {lengths.Count} is merged of tokens {pair.Left} and {pair.Right}.");
            var length = lengths[pair.Left] + lengths[pair.Right];
            if (length > LongestToken)
                throw new FormatException($"The tokenizer is damaged: token {lengths.Count} has {length} bytes; {LongestToken} is the most.");
            merges.Add(pair);
            lengths.Add(length);
        }
        if (merges.Distinct().Count() != count)
            throw new FormatException("The tokenizer is damaged: a pair is merged twice.");
        return new BytePairTokenizer([.. merges], normalization);
    }

    /// <inheritdoc/>
    public override int[] Encode(ReadOnlySpan<char> text)
    {
        var result = new List<int>();
        var bytes = (stackalloc byte[PieceTokenizer.LongestPiece]);
        var tokens = (stackalloc int[PieceTokenizer.LongestPiece]);
        foreach (var piece in new PieceTokenizer(TextNormalizer.Apply(text, Normalization)))
        {
            var count = Encoding.UTF8.GetBytes(piece, bytes);
            for (var i = 0; i < count; i++)
                tokens[i] = bytes[i] + ReservedTokens;
            result.AddRange(tokens[..Merge(tokens[..count])]);
        }
        return [.. result];
    }

    /// <inheritdoc/>
    internal override int Expand(int token, Span<byte> bytes)
    {
        if (token < ByteTokens)
        {
            bytes[0] = (byte)(token - ReservedTokens);
            return 1;
        }
        // A token is longer than each of its two, so this ends, and at a bounded depth.
        var (left, right) = _merges[token - ByteTokens];
        var length = Expand(left, bytes);
        return length + Expand(right, bytes[length..]);
    }

    /// <summary>Of the tokens that are a space and a whole word: others may be parts of words.</summary>
    internal override WordMatcher CreateWordMatcher() => new(WordTokens(), (word, _) => TextNormalizer.Apply(word, Normalization), isCased: true);

    private IEnumerable<(string Word, int Token)> WordTokens()
    {
        var bytes = new byte[LongestToken];
        for (var token = ByteTokens; token < Size; token++)
        {
            var length = Expand(token, bytes);
            if (bytes[0] == ' ' && bytes.AsSpan(1, length - 1) is var word && !word.Contains((byte)' ') && Utf8.IsValid(word))
                yield return (Encoding.UTF8.GetString(word), token);
        }
    }

    /// <summary>Writes: int32 version; version 2: byte normalization; int32 count of merges; for each, from token 258 on, int32 left and right token.</summary>
    private protected override void SaveContent(BinaryWriter writer)
    {
        TokenizerContent.WriteHeader(writer, Normalization);
        writer.Write(_merges.Length);
        foreach (var (left, right) in _merges)
        {
            writer.Write(left);
            writer.Write(right);
        }
    }

    /// <summary>Merges the tokens of a piece in place: the pair that was learned first comes first, and of equal pairs the leftmost.</summary>
    /// <returns>How many tokens there are then.</returns>
    private int Merge(Span<int> tokens)
    {
        // What each token becomes with the one behind it. Merged tokens are numbered in the order of learning, so the least comes first.
        var merged = (stackalloc int[PieceTokenizer.LongestPiece])[..tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
            merged[i] = MergedAt(tokens, i);
        while (true)
        {
            var at = IndexOfLeast(merged);
            if (merged[at] == int.MaxValue)
                return tokens.Length;
            tokens[at] = merged[at];
            tokens[(at + 2)..].CopyTo(tokens[(at + 1)..]);
            merged[(at + 2)..].CopyTo(merged[(at + 1)..]);
            tokens = tokens[..^1];
            merged = merged[..^1];
            merged[at] = MergedAt(tokens, at);
            if (at > 0)
                merged[at - 1] = MergedAt(tokens, at - 1);
        }
    }

    private int MergedAt(ReadOnlySpan<int> tokens, int left) =>
        left + 1 < tokens.Length && _numbers.TryGetValue(new TokenPair(tokens[left], tokens[left + 1]), out var token) ? token : int.MaxValue;

    private static int IndexOfLeast(ReadOnlySpan<int> values)
    {
        var least = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] < values[least])
                least = i;
        }
        return least;
    }
}
