using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>A cursor whose columns are those of a row that it moves.</summary>
internal abstract class WrappingCursor(DataViewRow row) : DataViewRowCursor
{
    /// <summary>The row.</summary>
    protected DataViewRow Row { get; } = row;

    public override long Batch => Row.Batch;

    public override DataViewSchema Schema => Row.Schema;

    public override ValueGetter<DataViewRowId> GetIdGetter() => Row.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => Row.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Row.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Row.Dispose();
    }
}
