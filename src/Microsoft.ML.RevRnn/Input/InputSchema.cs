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

    /// <summary>Checks the text or key-vector column to learn from, or several of text.</summary>
    /// <param name="context">Told of errors.</param>
    /// <param name="schema">What there is.</param>
    /// <param name="names">Their names.</param>
    /// <param name="option">The option that names several.</param>
    public static void CheckSequence(IExceptionContext context, SchemaShape schema, IReadOnlyList<string> names, string option)
    {
        foreach (var name in names)
        {
            var column = Find(context, schema, "input", name);
            var isText = column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: TextDataViewType };
            var isKeys = column.Kind != SchemaShape.Column.VectorKind.Scalar && IsKey(column);
            if (!isText && names.Count > 1)
                throw WrongType(context, "input", name, $"text, as {option} has several columns", Describe(column));
            if (!isText && !isKeys)
                throw WrongType(context, "input", name, $"text or a vector of Key<UInt32>{Advice(column, option)}", Describe(column));
        }
    }

    /// <summary>Checks columns of text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is missing or of another type.</exception>
    public static void CheckText(IExceptionContext context, SchemaShape schema, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var column = Find(context, schema, "input", name);
            if (column is not { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: TextDataViewType })
                throw WrongType(context, "input", name, "text", Describe(column));
        }
    }

    /// <summary>Checks a column of text or key vectors that is one of two sides, such as a source and its target.</summary>
    /// <returns>The column.</returns>
    public static SchemaShape.Column CheckSide(IExceptionContext context, SchemaShape schema, string role, string name)
    {
        var column = Find(context, schema, role, name);
        var isText = column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: TextDataViewType };
        var isKeys = column.Kind != SchemaShape.Column.VectorKind.Scalar && IsKey(column);
        return isText || isKeys
            ? column
            : throw WrongType(context, role, name, "text or a vector of Key<UInt32>, which Conversion.MapValueToKey makes of a vector of text", Describe(column));
    }

    /// <summary>Checks the columns of numbers.</summary>
    public static void CheckFeatures(IExceptionContext context, SchemaShape schema, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var column = Find(context, schema, "feature", name);
            var isSingle = column is { IsKey: false, ItemType: NumberDataViewType { RawType: var type } } && type == typeof(float);
            if (!isSingle || column.Kind == SchemaShape.Column.VectorKind.VariableVector)
                throw WrongType(context, "feature", name, "Single or a vector of Single of known size", Describe(column));
        }
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

    /// <summary>The columns that a trained model reads.</summary>
    public static ReadSources Find(IExceptionContext context, DataViewSchema schema, ReadColumns columns, Tokenization tokenization) => new(
        FindSequence(context, schema, columns.Sequence, tokenization), FindFeatures(context, schema, columns.Features));

    /// <summary>Those that its sequences are read from.</summary>
    public static IReadOnlyList<DataViewSchema.Column> FindSequence(
        IExceptionContext context, DataViewSchema schema, IReadOnlyList<string> names, Tokenization tokenization)
        => [.. names.Select(name => Find(context, schema, "input", name, tokenization.Accepts, tokenization.ExpectedType))];

    /// <summary>The column of one of two sides.</summary>
    public static DataViewSchema.Column FindSide(IExceptionContext context, DataViewSchema schema, string role, string name, Tokenization tokenization)
        => Find(context, schema, role, name, tokenization.Accepts, tokenization.ExpectedType);

    /// <summary>The columns of numbers.</summary>
    public static IReadOnlyList<DataViewSchema.Column> FindFeatures(IExceptionContext context, DataViewSchema schema, IReadOnlyList<FeatureColumn> features)
        => [.. features.Select(feature => Find(
            context, schema, "feature", feature.Name, feature.Accepts, feature.Size == 1 ? "Single" : $"a vector of {feature.Size} Single"))];

    /// <summary>Columns in words.</summary>
    public static string Describe(IReadOnlyList<DataViewSchema.Column> columns)
        => (columns.Count == 1 ? "column " : "columns ") + string.Join(", ", columns.Select(column => $"'{column.Name}'"));

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

    private static DataViewSchema.Column Find(
        IExceptionContext context, DataViewSchema schema, string role, string name, Predicate<DataViewType> accepts, string expected)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw Missing(context, role, name, schema.Where(other => !other.IsHidden).Select(other => other.Name));
        return accepts(column.Type) ? column : throw WrongType(context, role, name, expected, column.Type.ToString()!);
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
    private static string Advice(SchemaShape.Column column, string option)
        => column is { IsKey: false, ItemType: TextDataViewType } and not { Kind: SchemaShape.Column.VectorKind.Scalar }
            ? $". If each text is a token, append Conversion.MapValueToKey(\"{column.Name}\") before; " +
                $"else name the columns that it was made of in {option}, and they are read as one text with a boundary between each two"
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
