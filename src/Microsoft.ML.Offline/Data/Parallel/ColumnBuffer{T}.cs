namespace Microsoft.ML.Offline;

/// <summary>The values of one column in a block of rows.</summary>
internal sealed class ColumnBuffer<T> : ColumnBuffer
{
    public T[] Values { get; } = new T[RowBlock.Capacity];
}
