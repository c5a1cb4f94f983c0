using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads single columns.</summary>
public static class ColumnCursorExtensions
{
    /// <summary>The values of the column of a name. Text can be asked for as string, and a vector as array.</summary>
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) => GetColumn<T>(data, data.Schema[columnName]);

    /// <summary>The values of a column. Text can be asked for as string, and a vector as array.</summary>
    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckNonEmpty(column.Name, nameof(column));
        Contracts.CheckParam(
            column.Index < data.Schema.Count && data.Schema[column.Index].Name == column.Name && data.Schema[column.Index].Type.Equals(column.Type),
            nameof(column),
            $"The data has no such column as '{column}'.");

        if (column.Type.RawType == typeof(T))
            return Read<T>(data, column);
        if (column.Type is TextDataViewType && typeof(T) == typeof(string))
            return (IEnumerable<T>)Read<ReadOnlyMemory<char>>(data, column).Select(text => text.ToString());
        if (column.Type is VectorDataViewType vector && typeof(T).IsArray)
        {
            if (typeof(T).GetElementType() == vector.ItemType.RawType)
                return GenericMethods.Invoke<IEnumerable<T>>(ReadArrays<int>, vector.ItemType.RawType, data, column);
            if (vector.ItemType is TextDataViewType && typeof(T) == typeof(string[]))
                return (IEnumerable<T>)Read<VBuffer<ReadOnlyMemory<char>>>(data, column)
                    .Select(texts => texts.DenseValues().Select(text => text.ToString()).ToArray());
        }

        throw Contracts.ExceptParam(nameof(column), $"The column '{column.Name}' of type {column.Type} does not give values of {typeof(T)}.");
    }

    private static IEnumerable<T> Read<T>(IDataView data, DataViewSchema.Column column)
    {
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        while (cursor.MoveNext())
        {
            // A new value each time: the buffers of a vector go to the caller.
            T value = default!;
            getter(ref value);
            yield return value;
        }
    }

    private static IEnumerable<T[]> ReadArrays<T>(IDataView data, DataViewSchema.Column column)
        => Read<VBuffer<T>>(data, column).Select(vector => vector.DenseValues().ToArray());
}
