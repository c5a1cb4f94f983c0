namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Sequences of token numbers side by side, longest first, without padding: step t has a row for each sequence longer than t.
/// </summary>
internal sealed class PackedBatch
{
    private int[] _active = [];
    private long[] _offset = [];
    private int[] _tokens = [];
    private int[] _order = [];
    private int[] _rowOf = [];
    private int[] _lengths = [];
    private int[] _following = [];
    private int[] _sequences = [];

    /// <summary>B.</summary>
    public int RowCount { get; private set; }

    /// <summary>T, the length of the longest sequence.</summary>
    public int StepCount { get; private set; }

    /// <summary>Tokens in all.</summary>
    public int TokenCount { get; private set; }

    /// <summary>The token of each step's rows, step after step.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, TokenCount);

    /// <summary>The token that follows a row's last one: the target of its last prediction.</summary>
    public int TokenAfter(int row) => _following[row];

    /// <summary>
    /// Arranges a window of contiguous streams: row b has tokens b * rowLength + first ... + steps - 1 of the stream, which must have one more.
    /// </summary>
    public void FillWindow(ReadOnlySpan<int> stream, int rows, int rowLength, int first, int steps)
    {
        RowCount = rows;
        StepCount = steps;
        TokenCount = checked(rows * steps);
        Reserve();
        for (var row = 0; row < rows; row++)
        {
            _order[row] = row;
            _rowOf[row] = row;
            _lengths[row] = steps;
            _sequences[row] = row;
            _following[row] = stream[row * rowLength + first + steps];
        }
        for (var t = 0; t < steps; t++)
        {
            _active[t] = rows;
            _offset[t] = (long)t * rows;
            for (var row = 0; row < rows; row++)
                _tokens[t * rows + row] = stream[row * rowLength + first + t];
        }
    }

    /// <summary>Arranges the sequences; an empty one is read as <paramref name="emptyToken"/>, for a row needs at least one step.</summary>
    public void Fill(IReadOnlyList<int[]> sequences, ReadOnlySpan<int> members, int emptyToken)
    {
        RowCount = members.Length;
        ReserveRows();
        var keys = new long[RowCount];
        long total = 0;
        for (var i = 0; i < RowCount; i++)
        {
            var length = Math.Max(1, sequences[members[i]].Length);
            total += length;
            keys[i] = (long)(int.MaxValue - length) << 32 | (uint)i;
        }
        TokenCount = checked((int)total);
        Array.Sort(keys);
        for (var row = 0; row < RowCount; row++)
        {
            var i = (int)(uint)keys[row];
            _order[row] = i;
            _rowOf[i] = row;
            _lengths[row] = int.MaxValue - (int)(keys[row] >> 32);
            _sequences[row] = members[i];
            _following[row] = emptyToken;
        }
        StepCount = RowCount == 0 ? 0 : _lengths[0];
        Reserve();
        var active = RowCount;
        var offset = 0;
        for (var t = 0; t < StepCount; t++)
        {
            while (_lengths[active - 1] <= t)
                active--;
            _active[t] = active;
            _offset[t] = offset;
            for (var row = 0; row < active; row++)
            {
                var sequence = sequences[members[_order[row]]];
                _tokens[offset++] = sequence.Length == 0 ? emptyToken : sequence[t];
            }
        }
    }

    /// <summary>Arranges one sequence.</summary>
    public void Fill(ReadOnlySpan<int> sequence, int emptyToken)
    {
        RowCount = 1;
        StepCount = TokenCount = Math.Max(1, sequence.Length);
        Reserve();
        _following[0] = emptyToken;
        _order[0] = 0;
        _rowOf[0] = 0;
        _sequences[0] = 0;
        _lengths[0] = StepCount;
        _tokens[0] = emptyToken;
        sequence.CopyTo(_tokens);
        for (var t = 0; t < StepCount; t++)
        {
            _active[t] = 1;
            _offset[t] = t;
        }
    }

    /// <summary>Arranges the sequences of another batch in its order, each from its last token to its first.</summary>
    /// <param name="other">The other batch.</param>
    /// <param name="fixedTokens">How many tokens at the beginning of each stay where they are: those that mark it.</param>
    public void FillReversed(PackedBatch other, int fixedTokens)
    {
        RowCount = other.RowCount;
        StepCount = other.StepCount;
        TokenCount = other.TokenCount;
        Reserve();
        foreach (var (source, target) in (ReadOnlySpan<(int[], int[])>)
            [(other._order, _order), (other._rowOf, _rowOf), (other._lengths, _lengths), (other._following, _following), (other._sequences, _sequences)])
        {
            source.AsSpan(0, RowCount).CopyTo(target);
        }
        other._active.AsSpan(0, StepCount).CopyTo(_active);
        other._offset.AsSpan(0, StepCount).CopyTo(_offset);
        for (var t = 0; t < StepCount; t++)
        {
            for (var row = 0; row < _active[t]; row++)
            {
                var step = t < fixedTokens ? t : _lengths[row] - 1 + fixedTokens - t;
                _tokens[_offset[t] + row] = other._tokens[_offset[step] + row];
            }
        }
    }

    /// <summary>Gives back the memory of its steps and tokens; it then has none.</summary>
    public void Release()
    {
        StepCount = TokenCount = 0;
        (_active, _offset, _tokens) = ([], [], []);
    }

    /// <summary>Rows that are active at step <paramref name="step"/>: [0, n).</summary>
    public int ActiveRows(int step) => _active[step];

    /// <summary>Position of a step's first row among all rows of all steps.</summary>
    public long FlatOffset(int step) => step == StepCount ? TokenCount : _offset[step];

    public int Length(int row) => _lengths[row];

    /// <summary>The member, by its place in the list given to Fill, that lies in a row.</summary>
    public int MemberOfRow(int row) => _order[row];

    /// <summary>Which of the sequences given to Fill lies in a row.</summary>
    public int SequenceOfRow(int row) => _sequences[row];

    /// <summary>The row of a member.</summary>
    public int RowOfMember(int member) => _rowOf[member];

    private void Reserve()
    {
        ReserveRows();
        if (_active.Length < StepCount)
        {
            _active = new int[StepCount];
            _offset = new long[StepCount];
        }
        if (_tokens.Length < TokenCount)
            _tokens = new int[TokenCount];
    }

    private void ReserveRows()
    {
        if (_order.Length >= RowCount)
            return;
        _order = new int[RowCount];
        _rowOf = new int[RowCount];
        _lengths = new int[RowCount];
        _following = new int[RowCount];
        _sequences = new int[RowCount];
    }
}
