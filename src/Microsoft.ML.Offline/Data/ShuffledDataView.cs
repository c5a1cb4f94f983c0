using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>
/// The rows of a table in a random order, the same in each pass. All rows are held in memory for that, where ML.NET holds a pool of them: so the
/// order is another one than there.
/// </summary>
internal sealed class ShuffledDataView(IDataView source, int seed) : IDataView
{
    private readonly CacheDataView _cache = source as CacheDataView ?? new CacheDataView(source);

    public bool CanShuffle => true;

    public DataViewSchema Schema => _cache.Schema;

    public long? GetRowCount() => _cache.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => _cache.GetRowCursor(columnsNeeded, rand ?? RandomUtils.Create(seed));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];
}
