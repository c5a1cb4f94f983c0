using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>One row: values are fetched through getters that stay valid while the row lives.</summary>
public abstract class DataViewRow : IDisposable
{
    /// <summary>Index of the row in its pass; -1 before the first and after the last row.</summary>
    public abstract long Position { get; }

    /// <summary>Ordering hint among the cursors of one set; 0 for a single cursor.</summary>
    public abstract long Batch { get; }

    /// <summary>The columns.</summary>
    public abstract DataViewSchema Schema { get; }

    /// <summary>A getter of the row's identity, which does not depend on the order of the pass.</summary>
    public abstract ValueGetter<DataViewRowId> GetIdGetter();

    /// <summary>Whether the column's values may be asked for.</summary>
    public abstract bool IsColumnActive(DataViewSchema.Column column);

    /// <summary>The getter of an active column; <typeparamref name="TValue"/> is the column type's raw type.</summary>
    public abstract ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column);

    /// <summary>Releases what the row holds.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the row holds; called at most meaningfully once.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
