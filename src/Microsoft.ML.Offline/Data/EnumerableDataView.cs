using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>The objects of a sequence as rows, enumerated anew in each pass.</summary>
internal sealed class EnumerableDataView<TRow> : IDataView
    where TRow : class
{
    private readonly IEnumerable<TRow> _data;
    private readonly TypedColumn[] _columns;

    public EnumerableDataView(IEnumerable<TRow> data, SchemaDefinition? definition)
    {
        _data = data;
        _columns = TypedColumn.Resolve(typeof(TRow), definition, SchemaDefinition.Direction.Read);
        Schema = TypedColumn.MakeSchema(_columns);
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => (_data as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = RowGetters.ToMask(columnsNeeded, Schema);
        return new Cursor(new TypedRow<TRow>(Schema, _columns, i => needed[i]), _data.GetEnumerator());
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(TypedRow<TRow> row, IEnumerator<TRow> enumerator) : WrappingCursor(row)
    {
        private bool _done;

        public override long Position => row.Position;

        public override bool MoveNext()
        {
            if (_done)
                return false;
            if (enumerator.MoveNext())
            {
                row.SetCurrent(enumerator.Current ?? throw Contracts.Except("The sequence has a null among its objects."), row.Position + 1);
                return true;
            }

            Dispose();
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (_done)
                return;
            _done = true;
            row.SetCurrent(null, -1);
            enumerator.Dispose();
        }
    }
}
