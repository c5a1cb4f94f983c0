using System.Linq.Expressions;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>Setters of an object's members from a row's columns.</summary>
internal static class TypedSetters<TRow>
    where TRow : class
{
    /// <summary>A function that sets one member from the row as it is then.</summary>
    public static Action<TRow> Create(TypedColumn column, DataViewRow input, DataViewSchema.Column source)
    {
        var type = column.MemberType;
        var row = Expression.Parameter(typeof(TRow));
        var value = Expression.Parameter(type);
        var member = Expression.MakeMemberAccess(row, column.Member);
        var set = Expression.Lambda(typeof(Action<,>).MakeGenericType(typeof(TRow), type), Expression.Assign(member, value), row, value).Compile();
        if (type == typeof(string))
            return TextSetter((Action<TRow, string>)set, input.GetGetter<ReadOnlyMemory<char>>(source));
        if (type == typeof(string[]))
            return TextArraySetter((Func<TRow, string[]?>?)MakeGet(), (Action<TRow, string[]?>)set, input, source);
        if (type.IsArray)
            return GenericMethods.Invoke<Action<TRow>>(ArraySetter<int>, type.GetElementType()!, MakeGet(), set, input, source);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>))
            return GenericMethods.Invoke<Action<TRow>>(VectorSetter<int>, type.GetGenericArguments()[0], set, input, source);
        return GenericMethods.Invoke<Action<TRow>>(DirectSetter<int>, type, set, input, source);

        Delegate? MakeGet()
            => column.Member is FieldInfo or PropertyInfo { GetMethod.IsPublic: true } ? Expression.Lambda(member, row).Compile() : null;
    }

    private static Action<TRow> DirectSetter<T>(Action<TRow, T> set, DataViewRow input, DataViewSchema.Column source)
    {
        var getter = input.GetGetter<T>(source);
        T value = default!;
        return row =>
        {
            getter(ref value);
            set(row, value);
        };
    }

    private static Action<TRow> TextSetter(Action<TRow, string> set, ValueGetter<ReadOnlyMemory<char>> getter)
    {
        ReadOnlyMemory<char> value = default;
        return row =>
        {
            getter(ref value);
            set(row, value.ToString());
        };
    }

    private static Action<TRow> TextArraySetter(
        Func<TRow, string[]?>? get, Action<TRow, string[]?> set, DataViewRow input, DataViewSchema.Column source)
    {
        var getter = input.GetGetter<VBuffer<ReadOnlyMemory<char>>>(source);
        VBuffer<ReadOnlyMemory<char>> value = default;
        return row =>
        {
            getter(ref value);
            var array = OfLength(get?.Invoke(row), value.Length);
            foreach (var (index, text) in value.Items(all: true))
                array![index] = text.ToString();
            set(row, array);
        };
    }

    private static Action<TRow> ArraySetter<T>(Func<TRow, T[]?>? get, Action<TRow, T[]?> set, DataViewRow input, DataViewSchema.Column source)
    {
        var getter = input.GetGetter<VBuffer<T>>(source);
        VBuffer<T> value = default;
        return row =>
        {
            getter(ref value);
            var array = OfLength(get?.Invoke(row), value.Length);
            value.CopyTo(array);
            set(row, array);
        };
    }

    /// <summary>The array that the object has, to be written over, when it is of the right size; none at all is of size 0.</summary>
    private static T[]? OfLength<T>(T[]? array, int length) => (array?.Length ?? 0) == length ? array : new T[length];

    /// <summary>The object gets a vector of its own: the row's buffers are written over by the next row.</summary>
    private static Action<TRow> VectorSetter<T>(Action<TRow, VBuffer<T>> set, DataViewRow input, DataViewSchema.Column source)
    {
        var getter = input.GetGetter<VBuffer<T>>(source);
        VBuffer<T> value = default;
        return row =>
        {
            getter(ref value);
            VBuffer<T> copy = default;
            value.CopyTo(ref copy);
            set(row, copy);
        };
    }
}
