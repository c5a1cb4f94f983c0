using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>The values of one column in a block of rows.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>A buffer for values of a type.</summary>
    public static ColumnBuffer Create(Type rawType) => GenericMethods.Invoke<ColumnBuffer>(CreateCore<int>, rawType);

    /// <summary>A function that puts the value of a row into a buffer, at an index.</summary>
    public static Action<ColumnBuffer, int> MakeFiller(DataViewRow row, DataViewSchema.Column column)
        => GenericMethods.Invoke<Action<ColumnBuffer, int>>(MakeFillerCore<int>, column.Type.RawType, row, column);

    /// <summary>A getter of the value in the buffer, and at the index, that functions tell.</summary>
    public static Delegate MakeGetter(Type rawType, Func<ColumnBuffer> buffer, Func<int> index)
    {
        if (rawType.IsGenericType && rawType.GetGenericTypeDefinition() == typeof(VBuffer<>))
            return GenericMethods.Invoke<Delegate>(MakeVectorGetter<int>, rawType.GetGenericArguments()[0], buffer, index);
        return GenericMethods.Invoke<Delegate>(MakeScalarGetter<int>, rawType, buffer, index);
    }

    private static ColumnBuffer CreateCore<T>() => new ColumnBuffer<T>();

    private static Action<ColumnBuffer, int> MakeFillerCore<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        return (buffer, index) => getter(ref ((ColumnBuffer<T>)buffer).Values[index]);
    }

    private static ValueGetter<T> MakeScalarGetter<T>(Func<ColumnBuffer> buffer, Func<int> index)
        => (ref T value) => value = ((ColumnBuffer<T>)buffer()).Values[index()];

    private static ValueGetter<VBuffer<T>> MakeVectorGetter<T>(Func<ColumnBuffer> buffer, Func<int> index)
        => (ref VBuffer<T> value) => ((ColumnBuffer<VBuffer<T>>)buffer()).Values[index()].CopyTo(ref value);
}
