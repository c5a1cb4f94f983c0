using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Where the pairs of tokens occur while byte pairs are being merged. A position begins one pair at a time; the positions of a pair are
/// chained in ascending order, in arrays over all positions, so that taking one out costs the same however many there are.
/// </summary>
/// <remarks>
/// All occurrences of a pair come about in the step that makes its later token, in ascending order. After that step its frequency only
/// falls, and the pair need not be found again by its tokens.
/// </remarks>
internal sealed class PairOccurrences(int positions)
{
    private const int None = -1;

    private readonly int[] _pair = new int[positions];
    private readonly int[] _before = new int[positions];
    private readonly int[] _after = new int[positions];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<TokenPair, int> _found = [];

    /// <summary>The number of pairs found so far; they are numbered from 0.</summary>
    public int Count => _entries.Count;

    public TokenPair Pair(int pair) => _entries[pair].Pair;

    /// <summary>How often the pair occurs in the texts.</summary>
    public long Frequency(int pair) => _entries[pair].Frequency;

    /// <summary>The first position of a pair; false if there is none.</summary>
    public bool TryFirst(int pair, out int position)
    {
        position = _entries[pair].First;
        return position != None;
    }

    /// <summary>Pairs added from now on have the token that is now made.</summary>
    public void BeginStep() => _found.Clear();

    /// <summary>Adds an occurrence. Those of a pair must be added in ascending order of position.</summary>
    /// <param name="position">Where the left token begins.</param>
    /// <param name="tokens">The two tokens.</param>
    /// <param name="frequency">How often the piece of the text that this is occurs in the texts.</param>
    public void Add(int position, TokenPair tokens, long frequency)
    {
        ref var pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_found, tokens, out var exists);
        if (!exists)
        {
            pair = _entries.Count;
            _entries.Add(new Entry { Pair = tokens, First = None, Last = None });
        }
        ref var entry = ref CollectionsMarshal.AsSpan(_entries)[pair];
        _pair[position] = pair;
        _before[position] = entry.Last;
        _after[position] = None;
        if (entry.Last == None)
            entry.First = position;
        else
            _after[entry.Last] = position;
        entry.Last = position;
        entry.Frequency += frequency;
    }

    /// <summary>Takes the occurrence at a position out, with the frequency that it was added with.</summary>
    public void Remove(int position, long frequency)
    {
        ref var entry = ref CollectionsMarshal.AsSpan(_entries)[_pair[position]];
        var (before, after) = (_before[position], _after[position]);
        if (before == None)
            entry.First = after;
        else
            _after[before] = after;
        if (after == None)
            entry.Last = before;
        else
            _before[after] = before;
        entry.Frequency -= frequency;
    }

    private struct Entry
    {
        public TokenPair Pair;
        public long Frequency;
        public int First;
        public int Last;
    }
}
