using System.Collections.Concurrent;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>A cursor over blocks of rows that come from somewhere else.</summary>
internal abstract class RowBlockCursor : DataViewRowCursor
{
    private readonly ConcurrentBag<RowBlock> _free;
    private readonly Delegate?[] _getters;
    private RowBlock? _block;
    private int _index;
    private long _position = -1;
    private bool _done;

    /// <param name="like">A row with the same columns.</param>
    /// <param name="free">Takes the blocks that were read.</param>
    protected RowBlockCursor(DataViewRow like, ConcurrentBag<RowBlock> free)
    {
        _free = free;
        Schema = like.Schema;
        _getters = Schema.Select(column => like.IsColumnActive(column)
            ? ColumnBuffer.MakeGetter(column.Type.RawType, () => Block.Columns[column.Index]!, () => _index)
            : null).ToArray();
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    /// <summary>The block that the cursor is in.</summary>
    protected RowBlock Block => _block ?? throw Contracts.Except("The cursor is not on a row.");

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = Block.Ids.Values[_index];

    public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] != null;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => RowGetters.Cast<TValue>(_getters, column);

    public override bool MoveNext()
    {
        if (_done)
            return false;
        if (_block == null || ++_index >= _block.Count)
        {
            if (_block != null)
                _free.Add(_block);
            _block = null;
            _block = GetNextBlock();
            _index = 0;
            if (_block == null)
            {
                Dispose();
                return false;
            }
        }

        _position++;
        return true;
    }

    /// <summary>The next block, which has one row at least; null when there is none.</summary>
    protected abstract RowBlock? GetNextBlock();

    /// <summary>Called once when the cursor is done with.</summary>
    protected abstract void Close();

    protected override void Dispose(bool disposing)
    {
        if (_done)
            return;
        _done = true;
        _block = null;
        _position = -1;
        Close();
    }
}
