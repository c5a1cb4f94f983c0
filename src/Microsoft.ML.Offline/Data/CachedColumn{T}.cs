using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>The values of one column.</summary>
internal sealed class CachedColumn<T>(ValueGetter<T> source) : CachedColumn
{
    private readonly List<T> _values = [];

    public override void Add()
    {
        // A new value each time: vectors keep their buffers, and text is copied out of those that are written over.
        T value = default!;
        source(ref value);
        if (value is ReadOnlyMemory<char> text)
            value = (T)(object)text.ToString().AsMemory();
        _values.Add(value);
    }

    public override Delegate MakeGetter(Func<int> row)
    {
        if (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>))
            return GenericMethods.Invoke<Delegate>(MakeVectorGetter<int>, typeof(T).GetGenericArguments()[0], row, _values);
        return (ValueGetter<T>)((ref T value) => value = _values[row()]);
    }

    private static ValueGetter<VBuffer<TItem>> MakeVectorGetter<TItem>(Func<int> row, List<VBuffer<TItem>> values)
        => (ref VBuffer<TItem> value) => values[row()].CopyTo(ref value);
}
