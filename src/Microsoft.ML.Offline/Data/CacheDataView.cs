using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A table whose columns are held in memory from when they are first asked for. Its rows can be had in any order.</summary>
internal sealed class CacheDataView : IDataView
{
    private readonly IDataView _source;
    private readonly Lock _lock = new();
    private readonly CachedColumn?[] _columns;
    private long _rowCount = -1;

    public CacheDataView(IDataView source)
    {
        _source = source;
        _columns = new CachedColumn?[source.Schema.Count];
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => _rowCount >= 0 ? _rowCount : _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = RowGetters.ToMask(columnsNeeded, Schema);
        Fill(active);
        int count = checked((int)_rowCount);
        int[]? order = null;
        if (rand != null)
        {
            order = Enumerable.Range(0, count).ToArray();
            rand.Shuffle(order);
        }

        return new Cursor(this, active, count, order);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Reads what is not there yet, in one pass.</summary>
    private void Fill(bool[] active)
    {
        lock (_lock)
        {
            var missing = Schema.Where(column => active[column.Index] && _columns[column.Index] == null).ToArray();
            if (missing.Length == 0 && _rowCount >= 0)
                return;
            var columns = Read(missing, out long rows);
            Contracts.Check(_rowCount < 0 || _rowCount == rows, "The data gave another number of rows than before.");
            _rowCount = rows;
            for (int i = 0; i < missing.Length; i++)
                _columns[missing[i].Index] = columns[i];
        }
    }

    private CachedColumn[] Read(DataViewSchema.Column[] missing, out long rows)
    {
        rows = 0;
        using var cursor = _source.GetRowCursor(missing);
        var columns = missing
            .Select(column => GenericMethods.Invoke<CachedColumn>(CachedColumn.Create<int>, column.Type.RawType, cursor, column)).ToArray();
        try
        {
            for (; cursor.MoveNext(); rows++)
            {
                foreach (var column in columns)
                    column.Add();
            }
        }
        catch (Exception failure)
        {
            // ML.NET reads on another thread, so there too the error comes as the cause of one of the cache's own.
            throw Contracts.Except(failure, $"The data to be held in memory could not be read: {failure.Message}");
        }

        return columns;
    }

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly CacheDataView _parent;
        private readonly int _count;
        private readonly int[]? _order;
        private readonly Delegate?[] _getters;
        private int _position = -1;
        private bool _done;

        public Cursor(CacheDataView parent, bool[] active, int count, int[]? order)
        {
            _parent = parent;
            _count = count;
            _order = order;
            _getters = active.Select((isActive, i) => isActive ? parent._columns[i]!.MakeGetter(GetRow) : null).ToArray();
        }

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => _parent.Schema;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)GetRow(), 0);

        public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] != null;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => RowGetters.Cast<TValue>(_getters, column);

        public override bool MoveNext()
        {
            _done = _done || _position + 1 >= _count;
            _position = _done ? -1 : _position + 1;
            return !_done;
        }

        private int GetRow()
        {
            Contracts.Check(_position >= 0, "The cursor is not on a row.");
            return _order == null ? _position : _order[_position];
        }
    }
}
