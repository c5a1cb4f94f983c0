using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>
/// What an estimator asks of its input: the columns it reads, found by name and checked for their type. Errors are what ML.NET's trainers
/// throw, an <see cref="ArgumentOutOfRangeException"/> that names the column.
/// </summary>
internal static class InputSchema
{
    private const string Parameter = "inputSchema";

    /// <summary>The text or key-vector column to learn from.</summary>
    public static SchemaShape.Column FindSequence(IExceptionContext context, SchemaShape schema, string name)
    {
        var column = Find(context, schema, "input", name);
        var isText = column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: TextDataViewType };
        var isKeys = column.Kind != SchemaShape.Column.VectorKind.Scalar && IsKey(column);
        if (!isText && !isKeys)
            throw WrongType(context, "input", name, $"text or a vector of Key<UInt32>{Advice(column)}", Describe(column));
        return column;
    }

    /// <summary>The label column.</summary>
    public static SchemaShape.Column FindLabel(IExceptionContext context, SchemaShape schema, string name, LabelType type)
    {
        var column = Find(context, schema, "label", name);
        return type.Accepts(column) ? column : throw WrongType(context, "label", name, type.Expected, Describe(column));
    }

    /// <summary>The column of what each row weighs.</summary>
    public static SchemaShape.Column FindWeight(IExceptionContext context, SchemaShape schema, string name)
    {
        var column = Find(context, schema, "example weight", name);
        return column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: NumberDataViewType { RawType: var type } } && type == typeof(float)
            ? column
            : throw WrongType(context, "example weight", name, "Single", Describe(column));
    }

    /// <summary>The column of what rows have in common that are held back together.</summary>
    public static SchemaShape.Column FindSamplingKey(IExceptionContext context, SchemaShape schema, string name)
    {
        var column = Find(context, schema, "sampling key", name);
        return column.Kind == SchemaShape.Column.VectorKind.Scalar && SamplingKeys.Accepts(column.ItemType)
            ? column
            : throw WrongType(context, "sampling key", name, "a single value: text, a number, a key, a Boolean or a time", Describe(column));
    }

    /// <summary>The column that a trained model reads.</summary>
    public static DataViewSchema.Column FindSequence(IExceptionContext context, DataViewSchema schema, string name, Tokenization tokenization)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw Missing(context, "input", name, schema.Where(other => !other.IsHidden).Select(other => other.Name));
        if (!tokenization.Accepts(column.Type))
            throw WrongType(context, "input", name, tokenization.ExpectedType, column.Type.ToString()!);
        return column;
    }

    /// <summary>Whether a column is of keys as the engine takes them, one or a vector of them.</summary>
    public static bool IsKey(SchemaShape.Column column) => column.IsKey && column.ItemType.RawType == typeof(uint);

    /// <summary>The type of the keys of a column, one or a vector of them.</summary>
    public static KeyDataViewType KeyType(DataViewSchema.Column column)
        => (KeyDataViewType)((column.Type as VectorDataViewType)?.ItemType ?? column.Type);

    /// <summary>The number of values of a key column's type, checked against what the engine can take.</summary>
    public static int KeyCount(IExceptionContext context, DataViewSchema.Column column, string role, int least, int most)
    {
        var count = KeyType(column).Count;
        if (count < (ulong)least || count > (ulong)most)
            throw WrongType(context, role, column.Name, $"a key of {least} to {most} values", $"a key of {count}");
        return (int)count;
    }

    /// <summary>The schema with columns put in, in place of those of the same name.</summary>
    public static SchemaShape With(SchemaShape schema, params ReadOnlySpan<SchemaShape.Column> added)
    {
        var columns = schema.ToDictionary(column => column.Name);
        foreach (var column in added)
            columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }

    private static SchemaShape.Column Find(IExceptionContext context, SchemaShape schema, string role, string name)
    {
        foreach (var column in schema)
        {
            if (column.Name == name)
                return column;
        }
        throw Missing(context, role, name, schema.Select(column => column.Name));
    }

    /// <summary>The way from a vector of texts to tokens, or to one text.</summary>
    private static string Advice(SchemaShape.Column column)
        => column is { IsKey: false, ItemType: TextDataViewType } and not { Kind: SchemaShape.Column.VectorKind.Scalar }
            ? $". If each text is a token, append Conversion.MapValueToKey(\"{column.Name}\") before; " +
                "else join them into one column of text, and let the options say what a token of it is"
            : "";

    private static string Describe(SchemaShape.Column column)
    {
        var item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Vector => $"Vector<{item}>",
            SchemaShape.Column.VectorKind.VariableVector => $"VarVector<{item}>",
            _ => item,
        };
    }

    private static ArgumentOutOfRangeException Missing(IExceptionContext context, string role, string name, IEnumerable<string> present)
    {
        var names = string.Join(", ", present.Select(column => $"'{column}'").Order(StringComparer.Ordinal));
        return context.Process(new ArgumentOutOfRangeException(
            Parameter, $"The data has no column '{name}', which is to be the {role} column. {(names.Length == 0 ? "It has none" : "It has " + names)}."));
    }

    private static ArgumentOutOfRangeException WrongType(IExceptionContext context, string role, string name, string expected, string actual)
        => context.Process(new ArgumentOutOfRangeException(Parameter, $"The {role} column '{name}' is {actual}; it must be {expected}."));
}
