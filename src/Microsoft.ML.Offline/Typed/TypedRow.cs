using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>An object as a row: columns are its members. The object can be exchanged.</summary>
internal sealed class TypedRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly RowHolder<TRow> _holder = new();
    private readonly Delegate?[] _getters;
    private long _position = -1;

    /// <summary>A row over the columns that are needed.</summary>
    public TypedRow(DataViewSchema schema, TypedColumn[] columns, Func<int, bool> isNeeded)
    {
        Schema = schema;
        _getters = columns.Select((column, i) => isNeeded(i) ? TypedGetters.Create(column, _holder) : null).ToArray();
    }

    public override long Position => _position;

    public override long Batch => 0;

    public override DataViewSchema Schema { get; }

    /// <summary>Goes to another object; null leaves the row without one.</summary>
    public void SetCurrent(TRow? value, long position)
    {
        _holder.Current = value;
        _position = position;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter()
        => (ref DataViewRowId value) =>
        {
            _holder.Get();
            value = new DataViewRowId((ulong)_position, 0);
        };

    public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] != null;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => RowGetters.Cast<TValue>(_getters, column);
}
