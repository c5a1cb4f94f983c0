using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>Some rows in order, held column by column.</summary>
internal sealed class RowBlock(ColumnBuffer?[] columns, ColumnBuffer<DataViewRowId> ids)
{
    /// <summary>How many rows a block holds at most.</summary>
    public const int Capacity = 64;

    /// <summary>The values of the active columns.</summary>
    public ColumnBuffer?[] Columns { get; } = columns;

    /// <summary>The identities of the rows.</summary>
    public ColumnBuffer<DataViewRowId> Ids { get; } = ids;

    /// <summary>How many rows there are.</summary>
    public int Count { get; set; }

    /// <summary>Where the block stands among those of all cursors of a set.</summary>
    public long Batch { get; set; }
}
