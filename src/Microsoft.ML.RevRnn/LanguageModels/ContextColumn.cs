using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>The column of what a language model is told of each text, and how a value becomes a context: of a label or key a 1 at its place, a vector as it is.</summary>
internal sealed class ContextColumn
{
    /// <summary>The most labels, keys or numbers: what the engine takes.</summary>
    public const int MostSize = 4096;

    private readonly Dictionary<string, int> _places = [];
    private readonly float[]?[] _ofPlaces;

    /// <param name="name">Its name.</param>
    /// <param name="kind">What it holds.</param>
    /// <param name="labels">The labels, or what the keys are called; empty of vectors.</param>
    /// <param name="size">C.</param>
    public ContextColumn(string name, ContextKind kind, IReadOnlyList<string> labels, int size)
    {
        Name = name;
        Kind = kind;
        Labels = labels;
        Size = size;
        // Keys may be called the same.
        for (var i = 0; i < labels.Count; i++)
            _places.TryAdd(labels[i], i);
        _ofPlaces = new float[]?[labels.Count];
    }

    public string Name { get; }

    public ContextKind Kind { get; }

    /// <summary>The labels, or what the keys are called, in order; empty of vectors.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>C.</summary>
    public int Size { get; }

    /// <summary>Checks the column of an input.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static void Check(IExceptionContext context, SchemaShape schema, string name)
    {
        foreach (var column in schema)
        {
            if (column.Name != name)
                continue;
            var isScalar = column.Kind == SchemaShape.Column.VectorKind.Scalar;
            var isLabel = isScalar && (InputSchema.IsKey(column) || column is { IsKey: false, ItemType: TextDataViewType });
            var isVector = column is { Kind: SchemaShape.Column.VectorKind.Vector, IsKey: false, ItemType: NumberDataViewType { RawType: var type } } && type == typeof(float);
            if (isLabel || isVector)
                return;
            throw context.Process(new ArgumentOutOfRangeException(
                "inputSchema", $"The context column '{name}' is {column.ItemType}; it must be text, a key or a vector of Single of known size."));
        }
        throw context.Process(new ArgumentOutOfRangeException("inputSchema", $"The data has no column '{name}', which is to be the context column."));
    }

    /// <summary>What is known of a column before its values are read: all but the labels of texts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has too many keys or numbers.</exception>
    public static ContextColumn Of(DataViewSchema.Column column, IExceptionContext context)
    {
        switch (column.Type)
        {
            case TextDataViewType:
                return new(column.Name, ContextKind.Text, [], 0);
            case VectorDataViewType vector:
                return vector.Size <= MostSize ? new(column.Name, ContextKind.Vector, [], vector.Size) : throw TooMany("numbers", vector.Size);
            default:
                var count = InputSchema.KeyType(column).Count;
                return count <= MostSize ? new(column.Name, ContextKind.Key, KeyNames(column, (int)count), (int)count) : throw TooMany("keys", (long)count);
        }

        Exception TooMany(string what, long count) => context.Process(new ArgumentOutOfRangeException(
            "inputSchema", $"The context column '{column.Name}' has {count} {what}; {MostSize} are the most."));
    }

    /// <summary>The column of data for this model.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type than in training.</exception>
    public DataViewSchema.Column Find(DataViewSchema schema, IExceptionContext context)
    {
        if (schema.GetColumnOrNull(Name) is not { } column)
            throw context.Process(new ArgumentOutOfRangeException(nameof(schema), $"The data has no column '{Name}', which is to be the context column."));
        var fits = Kind switch
        {
            ContextKind.Text => column.Type is TextDataViewType,
            ContextKind.Key => column.Type is KeyDataViewType { Count: var count } && count == (ulong)Size,
            _ => column.Type is VectorDataViewType { ItemType: NumberDataViewType { RawType: var type }, Size: var size } && type == typeof(float) && size == Size,
        };
        var expected = Kind switch { ContextKind.Text => "text", ContextKind.Key => $"a key of {Size} values", _ => $"a vector of {Size} Single" };
        return fits ? column : throw context.Process(new ArgumentOutOfRangeException(
            nameof(schema), $"The context column '{Name}' is {column.Type}; it must be {expected}, as in training."));
    }

    /// <summary>The context of a label.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public float[] Of(string label)
    {
        if (Kind == ContextKind.Vector)
            throw new ArgumentException($"The context column '{Name}' has vectors of {Size} numbers and no labels; give the numbers.", nameof(label));
        return _places.TryGetValue(label, out var place)
            ? OfPlace(place)
            : throw new ArgumentException($"The context '{label}' is not known. Known are {string.Join(", ", Labels.Take(10).Select(known => $"'{known}'"))}{(Labels.Count > 10 ? $" and {Labels.Count - 10} more" : "")}.", nameof(label));
    }

    /// <summary>The context of a label or key by its place: a 1 there, and zeros.</summary>
    public float[] OfPlace(int place)
    {
        if (_ofPlaces[place] is { } known)
            return known;
        var context = new float[Size];
        context[place] = 1;
        // Another thread may have made the same.
        return _ofPlaces[place] = context;
    }

    /// <summary>A function that gives the context of the row's current value; null where it is missing.</summary>
    /// <param name="row">The row, or the cursor at a row.</param>
    /// <param name="column">The column.</param>
    /// <param name="ofText">What a text stands for.</param>
    /// <param name="ofContext">What a context stands for.</param>
    /// <param name="context">Told of errors.</param>
    public Func<T?> CreateReader<T>(DataViewRow row, DataViewSchema.Column column, Func<string, T> ofText, Func<float[], T> ofContext, IExceptionContext context)
        where T : class
    {
        if (Kind == ContextKind.Text)
        {
            var getText = row.GetGetter<ReadOnlyMemory<char>>(column);
            var text = default(ReadOnlyMemory<char>);
            return () =>
            {
                getText(ref text);
                return text.IsEmpty ? null : ofText(text.ToString());
            };
        }
        if (Kind == ContextKind.Key)
        {
            var getKey = row.GetGetter<uint>(column);
            uint key = 0;
            return () =>
            {
                getKey(ref key);
                if (key > Size)
                    throw context.Process(new InvalidOperationException($"The context column '{Name}' has key {key} in row {row.Position}; by its type keys are from 1 to {Size}."));
                return key == 0 ? null : ofContext(OfPlace((int)key - 1));
            };
        }
        var getVector = row.GetGetter<VBuffer<float>>(column);
        var vector = default(VBuffer<float>);
        return () =>
        {
            getVector(ref vector);
            var values = vector.DenseValues().ToArray();
            return Array.TrueForAll(values, float.IsFinite) ? ofContext(values) : throw context.Process(new InvalidOperationException(
                $"The context column '{Name}' has a number in row {row.Position} that is missing or infinite."));
        };
    }

    /// <summary>Writes the name; byte kind; int32 C; of text and keys the labels.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write((byte)Kind);
        writer.Write(Size);
        foreach (var label in Labels)
            writer.Write(label);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">It is none that a model of so many values can have.</exception>
    public static ContextColumn Load(BinaryReader reader, int contextSize)
    {
        var name = ColumnName.Read(reader);
        var kind = (ContextKind)reader.ReadByte();
        var size = reader.ReadInt32();
        if (!Enum.IsDefined(kind) || size != contextSize)
            throw new FormatException($"The context column '{name}' is of kind {(byte)kind} and has {size} values; the network takes {contextSize}.");
        var labels = new string[kind == ContextKind.Vector ? 0 : size];
        for (var i = 0; i < labels.Length; i++)
            labels[i] = reader.ReadString();
        return new ContextColumn(name, kind, labels, size);
    }

    private static string[] KeyNames(DataViewSchema.Column column, int count)
    {
        var names = new string[count];
        for (var i = 0; i < count; i++)
            names[i] = (i + 1).ToString(CultureInfo.InvariantCulture);
        if (column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type is VectorDataViewType { ItemType: TextDataViewType, Size: var size } && size == count)
        {
            var values = default(VBuffer<ReadOnlyMemory<char>>);
            column.GetKeyValues(ref values);
            names = [.. values.DenseValues().Select(value => value.ToString())];
        }
        return names;
    }
}
