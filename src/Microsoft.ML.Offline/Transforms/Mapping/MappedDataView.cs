namespace Microsoft.ML.Offline;

/// <summary>The rows of a table through a mapping.</summary>
internal sealed class MappedDataView(IDataView source, RowMapping mapping) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapping.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToArray();
        return Map(source.GetRowCursor(mapping.GetDependencies(needed), rand), needed);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var needed = columnsNeeded.ToArray();
        return Array.ConvertAll(source.GetRowCursorSet(mapping.GetDependencies(needed), n, rand), cursor => Map(cursor, needed));
    }

    private Cursor Map(DataViewRowCursor cursor, DataViewSchema.Column[] needed) => new(cursor, mapping.GetRow(cursor, needed));

    private sealed class Cursor(DataViewRowCursor input, DataViewRow row) : WrappingCursor(row)
    {
        public override long Position => input.Position;

        public override bool MoveNext() => input.MoveNext();
    }
}
