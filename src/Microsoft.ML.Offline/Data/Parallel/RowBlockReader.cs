using System.Collections.Concurrent;
using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>Reads the rows of a cursor into blocks, which are used again when they come back.</summary>
internal sealed class RowBlockReader
{
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly (int Column, Action<ColumnBuffer, int> Fill)[] _fillers;
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private readonly ConcurrentBag<RowBlock> _free;
    private bool _hasRow;
    private bool _started;

    /// <param name="input">The cursor.</param>
    /// <param name="free">Blocks that came back, of this reader or of others over the same columns.</param>
    public RowBlockReader(DataViewRowCursor input, ConcurrentBag<RowBlock> free)
    {
        _input = input;
        _free = free;
        _active = input.Schema.Select(input.IsColumnActive).ToArray();
        _fillers = input.Schema.Where(input.IsColumnActive).Select(column => (column.Index, ColumnBuffer.MakeFiller(input, column))).ToArray();
        _idGetter = input.GetIdGetter();
    }

    /// <summary>The next rows, all of one batch of the input; null when there are none.</summary>
    public RowBlock? Read()
    {
        if (!_started)
            _hasRow = _input.MoveNext();
        _started = true;
        if (!_hasRow)
            return null;

        var block = _free.TryTake(out var used) ? used : MakeBlock();
        block.Batch = _input.Batch;
        block.Count = 0;
        while (_hasRow && block.Count < RowBlock.Capacity && _input.Batch == block.Batch)
        {
            foreach (var (column, fill) in _fillers)
                fill(block.Columns[column]!, block.Count);
            _idGetter(ref block.Ids.Values[block.Count]);
            block.Count++;
            _hasRow = _input.MoveNext();
        }

        return block;
    }

    private RowBlock MakeBlock()
        => new(_input.Schema.Select(column => _active[column.Index] ? ColumnBuffer.Create(column.Type.RawType) : null).ToArray(), new());
}
