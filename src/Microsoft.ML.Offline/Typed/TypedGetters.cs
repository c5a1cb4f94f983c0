using System.Linq.Expressions;
using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>Getters over the members of an object.</summary>
internal static class TypedGetters
{
    /// <summary>The getter of a column from the object in a holder.</summary>
    public static Delegate Create<TRow>(TypedColumn column, RowHolder<TRow> holder)
        where TRow : class
    {
        var row = Expression.Call(Expression.Constant(holder), nameof(RowHolder<TRow>.Get), null);
        var read = Expression.Lambda(Expression.MakeMemberAccess(row, column.Member)).Compile();
        if (column.Type is KeyDataViewType key)
            return GenericMethods.Invoke<Delegate>(KeyGetter<uint>, key.RawType, read, key.Count);
        return Create(column.MemberType, read);
    }

    /// <summary>The getter of a value that does not change.</summary>
    public static Delegate CreateConstant<T>(T value) => Create(typeof(T), () => value);

    /// <summary>A getter that converts what a function returns to what a column holds.</summary>
    private static Delegate Create(Type type, Delegate read)
    {
        if (type == typeof(string))
            return TextGetter((Func<string?>)read);
        if (type == typeof(string[]))
            return TextArrayGetter((Func<string?[]?>)read);
        if (type.IsArray)
            return GenericMethods.Invoke<Delegate>(ArrayGetter<int>, type.GetElementType()!, read);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>))
            return GenericMethods.Invoke<Delegate>(VectorGetter<int>, type.GetGenericArguments()[0], read);
        return GenericMethods.Invoke<Delegate>(DirectGetter<int>, type, read);
    }

    private static ValueGetter<T> DirectGetter<T>(Func<T> read) => (ref T value) => value = read();

    private static ValueGetter<ReadOnlyMemory<char>> TextGetter(Func<string?> read)
        => (ref ReadOnlyMemory<char> value) => value = read().AsMemory();

    /// <summary>Members count keys from 0; in columns they count from 1, and 0 is for what is out of range.</summary>
    private static ValueGetter<T> KeyGetter<T>(Func<T> read, ulong count)
        where T : IBinaryInteger<T>
        => (ref T value) =>
        {
            value = read();
            value = ulong.CreateTruncating(value) < count ? value + T.One : T.Zero;
        };

    private static ValueGetter<VBuffer<T>> ArrayGetter<T>(Func<T[]?> read)
        => (ref VBuffer<T> value) =>
        {
            ReadOnlySpan<T> items = read();
            var editor = VBufferEditor.Create(ref value, items.Length);
            items.CopyTo(editor.Values);
            value = editor.Commit();
        };

    private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> TextArrayGetter(Func<string?[]?> read)
        => (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            ReadOnlySpan<string?> items = read();
            var editor = VBufferEditor.Create(ref value, items.Length);
            for (int i = 0; i < items.Length; i++)
                editor.Values[i] = items[i].AsMemory();
            value = editor.Commit();
        };

    private static ValueGetter<VBuffer<T>> VectorGetter<T>(Func<VBuffer<T>> read)
        => (ref VBuffer<T> value) => read().CopyTo(ref value);
}
