namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The tokens that a batch has more than once, the most frequent of them, and where the others lie in a chunk. Which these are follows from the batch alone.
/// </summary>
/// <param name="vocabulary">V.</param>
internal sealed class RepeatedTokens(int vocabulary)
{
    private const int None = -1;

    private int[] _slotOf = [];
    private int[] _distinct = [];
    private int[] _counts = [];
    private long[] _keys = [];
    private int[] _otherRows = [];
    private int[] _otherTokens = [];
    private int _otherCount;
    private int[] _slots = [];
    private int _rowCount;

    /// <summary>The chosen tokens; the place of one is its slot.</summary>
    public ReadOnlySpan<int> Tokens => _distinct.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Chosen tokens, and positions of the batch that have another one: products that are left to be made.</summary>
    public int ProductCount { get; private set; }

    /// <summary>Flat rows of the chunk under way that have no chosen token, ascending.</summary>
    public ReadOnlySpan<int> OtherRows => _otherRows.AsSpan(0, _otherCount);

    /// <summary>The tokens of <see cref="OtherRows"/>.</summary>
    public ReadOnlySpan<int> OtherTokens => _otherTokens.AsSpan(0, _otherCount);

    /// <summary>Chooses up to <paramref name="most"/> tokens: the most frequent ones, of those as frequent the ones of lower number.</summary>
    public void Choose(ReadOnlySpan<int> tokens, int most)
    {
        Clear();
        Reserve(Math.Min(tokens.Length, vocabulary));
        var distinct = 0;
        foreach (var token in tokens)
        {
            ref var slot = ref _slotOf[token];
            if (slot == None)
            {
                slot = distinct;
                _distinct[distinct] = token;
                _counts[distinct++] = 0;
            }
            _counts[slot]++;
        }
        var repeated = 0;
        for (var i = 0; i < distinct; i++)
        {
            _slotOf[_distinct[i]] = None;
            if (_counts[i] > 1)
                _keys[repeated++] = (long)(int.MaxValue - _counts[i]) << 32 | (uint)_distinct[i];
        }
        if (repeated > most)
            Array.Sort(_keys, 0, repeated);
        ProductCount = tokens.Length;
        for (; Count < Math.Min(repeated, most); Count++)
        {
            var token = (int)(uint)_keys[Count];
            _distinct[Count] = token;
            _slotOf[token] = Count;
            ProductCount -= int.MaxValue - (int)(_keys[Count] >> 32) - 1;
        }
    }

    /// <summary>Chooses no token.</summary>
    public void Clear()
    {
        foreach (var token in Tokens)
            _slotOf[token] = None;
        Count = 0;
    }

    /// <summary>The slot of a token, negative for one that was not chosen.</summary>
    public int SlotOf(int token) => _slotOf[token];

    /// <summary>The slots of the flat rows of the chunk under way, negative for those that have no chosen token.</summary>
    public ReadOnlySpan<int> Slots => _slots.AsSpan(0, _rowCount);

    /// <summary>Finds the rows of a chunk that have no chosen token.</summary>
    public void Begin(in Chunk chunk)
    {
        var tokens = chunk.Tokens;
        if (_otherRows.Length < tokens.Length)
        {
            _otherRows = new int[tokens.Length];
            _otherTokens = new int[tokens.Length];
            _slots = new int[tokens.Length];
        }
        _otherCount = 0;
        _rowCount = tokens.Length;
        for (var row = 0; row < tokens.Length; row++)
        {
            _slots[row] = _slotOf[tokens[row]];
            if (_slots[row] != None)
                continue;
            _otherRows[_otherCount] = row;
            _otherTokens[_otherCount++] = tokens[row];
        }
    }

    /// <summary>The part of <see cref="OtherRows"/> that is within flat rows [begin, end).</summary>
    public (int Begin, int End) OthersWithin(int begin, int end) => (FirstOther(begin), FirstOther(end));

    private int FirstOther(int row)
    {
        var found = OtherRows.BinarySearch(row);
        return found < 0 ? ~found : found;
    }

    private void Reserve(int distinct)
    {
        if (_slotOf.Length == 0)
        {
            _slotOf = new int[vocabulary];
            Array.Fill(_slotOf, None);
        }
        if (_distinct.Length >= distinct)
            return;
        _distinct = new int[distinct];
        _counts = new int[distinct];
        _keys = new long[distinct];
    }
}
