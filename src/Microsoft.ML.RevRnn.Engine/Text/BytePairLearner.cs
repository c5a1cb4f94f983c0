using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Learns which pairs of tokens to merge (Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword Units, ACL 2016,
/// section 3.2), beginning with bytes (Radford et al.: Language Models are Unsupervised Multitask Learners, 2019, section 2.2). Again and
/// again the most frequent pair becomes a token of its own, within the pieces of <see cref="PieceTokenizer"/>.
/// </summary>
/// <remarks>
/// Each distinct piece is held once, with its frequency, and a merge touches only the places where the pair occurs. So the time is about
/// proportional to the bytes of the distinct pieces.
/// </remarks>
internal sealed class BytePairLearner
{
    /// <summary>
    /// The distinct pieces, with a <see cref="TextTokenizer.BoundaryToken"/> before each and at the end. A token takes as many places as it
    /// has bytes and stands at the first and the last of them, so that its neighbours can be found from both sides.
    /// </summary>
    private readonly int[] _tokens;

    private readonly int[] _pieces;
    private readonly List<long> _frequencies;
    private readonly List<int> _lengths = [.. Enumerable.Repeat(1, Utf8Tokenizer.ByteTokens)];
    private readonly PairOccurrences _occurrences;

    private BytePairLearner(Dictionary<string, long> pieces)
    {
        var size = 1 + pieces.Keys.Sum(piece => 1L + Encoding.UTF8.GetByteCount(piece));
        if (size > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The texts are too many: they have {size} bytes of distinct words, and at most {Array.MaxLength} can be learned from.");
        }
        _tokens = new int[size];
        _pieces = new int[size];
        _frequencies = new List<long>(pieces.Count);
        _occurrences = new PairOccurrences((int)size);
        FillTokens(pieces);
        for (var position = 1; position + 1 < _tokens.Length; position++)
            AddPair(position, position + 1);
    }

    /// <summary>The merges in their order: the first makes token 258.</summary>
    /// <exception cref="ArgumentException">The texts are too many.</exception>
    public static TokenPair[] Learn(IReadOnlyList<ReadOnlyMemory<char>> texts, int maximumSize, int minimumCount) =>
        new BytePairLearner(CountPieces(texts)).Merge(maximumSize, minimumCount);

    private static Dictionary<string, long> CountPieces(IReadOnlyList<ReadOnlyMemory<char>> texts)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            foreach (var piece in new PieceTokenizer(text.Span))
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, piece, out _)++;
        }
        return counts;
    }

    private void FillTokens(Dictionary<string, long> pieces)
    {
        var buffer = (stackalloc byte[PieceTokenizer.LongestPiece]);
        var position = 1;
        foreach (var (piece, frequency) in pieces)
        {
            var bytes = buffer[..Encoding.UTF8.GetBytes(piece, buffer)];
            _pieces.AsSpan(position, bytes.Length).Fill(_frequencies.Count);
            _frequencies.Add(frequency);
            foreach (var value in bytes)
                _tokens[position++] = value + TextTokenizer.ReservedTokens;
            position++;
        }
    }

    private TokenPair[] Merge(int maximumSize, int minimumCount)
    {
        var merges = new List<TokenPair>();
        var queue = new PriorityQueue<int, PairPriority>();
        var queued = 0;
        while (_lengths.Count < maximumSize)
        {
            for (; queued < _occurrences.Count; queued++)
                Enqueue(queue, queued, minimumCount);
            if (!queue.TryDequeue(out var pair, out var priority))
                break;
            // Merges of other pairs may have used up occurrences of this one since it was queued.
            if (_occurrences.Frequency(pair) != priority.Frequency)
            {
                Enqueue(queue, pair, minimumCount);
                continue;
            }
            _occurrences.BeginStep();
            merges.Add(priority.Pair);
            _lengths.Add(_lengths[priority.Pair.Left] + _lengths[priority.Pair.Right]);
            while (_occurrences.TryFirst(pair, out var position))
                MergeAt(position, priority.Pair, _lengths.Count - 1);
        }
        return [.. merges];
    }

    private void Enqueue(PriorityQueue<int, PairPriority> queue, int pair, int minimumCount)
    {
        var frequency = _occurrences.Frequency(pair);
        if (frequency >= minimumCount)
            queue.Enqueue(pair, new PairPriority(frequency, _occurrences.Pair(pair)));
    }

    /// <summary>Puts one token in place of a pair: its two neighbours then belong to other pairs.</summary>
    private void MergeAt(int position, TokenPair pair, int token)
    {
        var frequency = _frequencies[_pieces[position]];
        var right = position + _lengths[pair.Left];
        var end = right + _lengths[pair.Right];
        var left = position - _lengths[_tokens[position - 1]];
        _occurrences.Remove(position, frequency);
        if (_tokens[position - 1] != TextTokenizer.BoundaryToken)
            _occurrences.Remove(left, frequency);
        if (_tokens[end] != TextTokenizer.BoundaryToken)
            _occurrences.Remove(right, frequency);
        _tokens[position] = token;
        _tokens[end - 1] = token;
        AddPair(left, position);
        AddPair(position, end);
    }

    /// <summary>Adds the pair of the tokens at two positions, unless one of them is a boundary.</summary>
    private void AddPair(int left, int right)
    {
        var pair = new TokenPair(_tokens[left], _tokens[right]);
        if (pair.Left != TextTokenizer.BoundaryToken && pair.Right != TextTokenizer.BoundaryToken)
            _occurrences.Add(left, pair, _frequencies[_pieces[left]]);
    }
}
