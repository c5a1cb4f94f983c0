using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>One row, whose values follow the current value of the row it is made of. Disposing it disposes that row.</summary>
internal sealed class BoundRow(BoundColumns columns) : DataViewRow
{
    public override long Position => columns.Input.Position;

    public override long Batch => columns.Input.Batch;

    public override DataViewSchema Schema => columns.Schema;

    public override ValueGetter<DataViewRowId> GetIdGetter() => columns.Input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => columns.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => columns.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            columns.Input.Dispose();
        base.Dispose(disposing);
    }
}
