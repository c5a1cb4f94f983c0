using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Offline.Tests.Support;

/// <summary>Data as text: what a test expects can be read in one line.</summary>
internal static class Shown
{
    /// <summary>The values of a column, with bars between them. Keys are the numbers that the column holds, vectors are in brackets.</summary>
    public static string Column(IDataView data, string name) => Column(data, data.Schema[name]);

    /// <inheritdoc cref="Column(IDataView, string)"/>
    public static string Column(IDataView data, DataViewSchema.Column column)
    {
        using var cursor = data.GetRowCursor([column]);
        return string.Join('|', Invoke<IEnumerable<string>>(nameof(Read), column.Type.RawType, cursor, column));
    }

    /// <summary>Columns with their types and annotations, a line each; hidden ones are marked.</summary>
    public static string Schema(DataViewSchema schema) => string.Join('\n', schema.Select(column =>
        $"{column.Name}: {column.Type}{(column.IsHidden ? " hidden" : "")}{Annotations(column)}"));

    /// <summary>The value of an annotation.</summary>
    public static string Annotation(DataViewSchema.Column column, string kind)
        => Invoke<string>(nameof(ReadAnnotation), column.Annotations.Schema[kind].Type.RawType, column, kind);

    public static string Value(object? value) => value switch
    {
        null => "null",
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        _ when value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(VBuffer<>)
            => Invoke<string>(nameof(Vector), type.GetGenericArguments()[0], value),
        _ => value.ToString()!,
    };

    private static string Annotations(DataViewSchema.Column column)
    {
        var shown = column.Annotations.Schema.Select(annotation => $"{annotation.Name}: {annotation.Type}").Order(StringComparer.Ordinal);
        return column.Annotations.Schema.Count == 0 ? "" : $" ({string.Join(", ", shown)})";
    }

    private static IEnumerable<string> Read<T>(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var getter = cursor.GetGetter<T>(column);
        T value = default!;
        while (cursor.MoveNext())
        {
            getter(ref value);
            yield return Value(value);
        }
    }

    private static string ReadAnnotation<T>(DataViewSchema.Column column, string kind)
    {
        T value = default!;
        column.Annotations.GetValue(kind, ref value);
        return Value(value);
    }

    private static string Vector<T>(VBuffer<T> vector) => $"[{string.Join(' ', vector.DenseValues().Select(item => Value(item)))}]";

    private static TResult Invoke<TResult>(string method, Type type, params object[] arguments)
        => (TResult)typeof(Shown).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, arguments)!;
}
