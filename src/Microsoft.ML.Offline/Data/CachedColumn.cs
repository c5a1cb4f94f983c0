using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>The values of one column.</summary>
internal abstract class CachedColumn
{
    /// <summary>An empty one, to be filled from a cursor.</summary>
    public static CachedColumn Create<T>(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var getter = cursor.GetGetter<T>(column);
        return column.Type is VectorDataViewType { Size: > 0 } type
            ? GenericMethods.Invoke<CachedColumn>(CreateOfSize<int>, type.ItemType.RawType, getter, type.Size)
            : new CachedColumn<T>(getter);
    }

    /// <summary>A column of vectors that must all have the size which its type promises.</summary>
    private static CachedColumn<VBuffer<TItem>> CreateOfSize<TItem>(ValueGetter<VBuffer<TItem>> getter, int size)
        => new((ref VBuffer<TItem> value) =>
        {
            getter(ref value);
            Contracts.Check(value.Length == size, $"A row has a vector of size {value.Length} where the column's type has {size}.");
        });

    /// <summary>Takes the value of the cursor's row.</summary>
    public abstract void Add();

    /// <summary>A getter of the value at the row that a function tells.</summary>
    public abstract Delegate MakeGetter(Func<int> row);
}
