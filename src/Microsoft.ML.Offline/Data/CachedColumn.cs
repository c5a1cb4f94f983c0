namespace Microsoft.ML.Offline;

/// <summary>The values of one column.</summary>
internal abstract class CachedColumn
{
    /// <summary>An empty one, to be filled from a cursor.</summary>
    public static CachedColumn Create<T>(DataViewRowCursor cursor, DataViewSchema.Column column) => new CachedColumn<T>(cursor.GetGetter<T>(column));

    /// <summary>Takes the value of the cursor's row.</summary>
    public abstract void Add();

    /// <summary>A getter of the value at the row that a function tells.</summary>
    public abstract Delegate MakeGetter(Func<int> row);
}
