namespace Microsoft.ML;

/// <summary>A lazy table: a schema, and cursors that produce the rows each time anew.</summary>
public interface IDataView
{
    /// <summary>Whether a cursor honours the random generator that is given to it.</summary>
    bool CanShuffle { get; }

    /// <summary>The columns.</summary>
    DataViewSchema Schema { get; }

    /// <summary>The number of rows, or null when only a pass over the data would tell.</summary>
    long? GetRowCount();

    /// <summary>Starts a pass in which at least <paramref name="columnsNeeded"/> are active.</summary>
    DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null);

    /// <summary>Starts a pass shared by up to <paramref name="n"/> cursors; their rows together are those of one cursor.</summary>
    DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null);
}
