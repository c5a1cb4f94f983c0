using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>
/// Saves the schema of a model's input as an entry of the model file. ML.NET writes a data view without rows in its binary data format
/// there; this format is a simpler one of our own, little-endian:
/// <code>
/// "MLSCHEMA", int32 number of columns, then for each: string name, type, int32 number of annotations, then for each: string name, type, value
/// type   byte kind: 0 primitive, then byte index of the type in the list below
///                   1 key, then that byte, uint64 count
///                   2 vector, then the type of the items, int32 number of dimensions, int32 for each
/// value  of a primitive or key: as <see cref="ValueFormat{T}"/> has it; of a vector: int32 length, the items
/// </code>
/// Annotations whose values are not saved (times and row identities) are left out.
/// </summary>
internal static class SchemaSerializer
{
    public const string EntryName = "Schema";
    private const ulong Mark = 0x414D454843534C4D;
    private const byte KindPrimitive = 0;
    private const byte KindKey = 1;
    private const byte KindVector = 2;

    private static readonly PrimitiveDataViewType[] _primitives =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance, NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16,
        NumberDataViewType.UInt16, NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
        NumberDataViewType.Single, NumberDataViewType.Double, TimeSpanDataViewType.Instance, DateTimeDataViewType.Instance,
        DateTimeOffsetDataViewType.Instance, RowIdDataViewType.Instance,
    ];

    public static void Save(DataViewSchema schema, Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(schema.Count);
        foreach (var column in schema)
        {
            writer.Write(column.Name);
            WriteType(writer, column.Type);
            var annotations = column.Annotations.Schema
                .Where(a => GenericMethods.Invoke<bool>(IsSaved<int>, a.Type.GetItemType().RawType)).ToArray();
            writer.Write(annotations.Length);
            foreach (var annotation in annotations)
            {
                writer.Write(annotation.Name);
                WriteType(writer, annotation.Type);
                GenericMethods.Invoke<object?>(
                    annotation.Type is VectorDataViewType ? WriteVector<int> : WriteScalar<int>,
                    annotation.Type.GetItemType().RawType, writer, column.Annotations, annotation.Name);
            }
        }
    }

    public static DataViewSchema Load(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            Contracts.CheckDecode(reader.ReadUInt64() == Mark, "The schema in the model is of another kind.");
            var schema = new DataViewSchema.Builder();
            for (int columns = reader.ReadInt32(); columns > 0; columns--)
            {
                string name = reader.ReadString();
                var type = ReadType(reader);
                var annotations = new DataViewSchema.Annotations.Builder();
                for (int count = reader.ReadInt32(); count > 0; count--)
                {
                    string kind = reader.ReadString();
                    var annotationType = ReadType(reader);
                    annotations.Add(kind, annotationType, GenericMethods.Invoke<Delegate>(
                        annotationType is VectorDataViewType ? ReadVector<int> : ReadScalar<int>, annotationType.GetItemType().RawType, reader));
                }

                schema.AddColumn(name, type, annotations.ToAnnotations());
            }

            return schema.ToSchema();
        }
        catch (Exception ex) when (ex is IOException or ArgumentException or OverflowException or NotSupportedException)
        {
            throw Contracts.ExceptDecode(ex, "The schema in the model is corrupt.");
        }
    }

    private static bool IsSaved<T>() => ValueFormat<T>.IsSupported;

    private static void WriteType(BinaryWriter writer, DataViewType type)
    {
        switch (type)
        {
            case KeyDataViewType key:
                writer.Write(KindKey);
                writer.Write((byte)Array.FindIndex(_primitives, primitive => primitive.RawType == key.RawType));
                writer.Write(key.Count);
                break;
            case VectorDataViewType vector:
                writer.Write(KindVector);
                WriteType(writer, vector.ItemType);
                writer.Write(vector.Dimensions.Length);
                foreach (int dimension in vector.Dimensions)
                    writer.Write(dimension);
                break;
            default:
                int index = Array.IndexOf(_primitives, type);
                if (index < 0)
                    throw Contracts.ExceptNotSupp($"Columns of type {type} are not saved.");
                writer.Write(KindPrimitive);
                writer.Write((byte)index);
                break;
        }
    }

    private static DataViewType ReadType(BinaryReader reader)
    {
        byte kind = reader.ReadByte();
        if (kind != KindVector)
            return ReadPrimitiveType(reader, kind);
        var itemType = ReadPrimitiveType(reader, reader.ReadByte());
        int count = reader.ReadInt32();
        Contracts.CheckDecode(0 < count && count <= 1000, "The dimensions of a vector in the model's schema are corrupt.");
        var dimensions = new int[count];
        for (int i = 0; i < count; i++)
            dimensions[i] = reader.ReadInt32();
        return new VectorDataViewType(itemType, dimensions);
    }

    private static PrimitiveDataViewType ReadPrimitiveType(BinaryReader reader, byte kind)
    {
        int index = reader.ReadByte();
        Contracts.CheckDecode(kind <= KindKey && index < _primitives.Length, "A type in the model's schema is corrupt.");
        return kind == KindKey ? new KeyDataViewType(_primitives[index].RawType, reader.ReadUInt64()) : _primitives[index];
    }

    private static object? WriteScalar<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, string kind)
    {
        T value = default!;
        annotations.GetValue(kind, ref value);
        ValueFormat<T>.Write(writer, value);
        return null;
    }

    private static object? WriteVector<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, string kind)
    {
        VBuffer<T> value = default;
        annotations.GetValue(kind, ref value);
        ValueFormat<T>.WriteArray(writer, value.DenseValues().ToArray());
        return null;
    }

    private static ValueGetter<T> ReadScalar<T>(BinaryReader reader)
    {
        var value = ValueFormat<T>.Read(reader);
        return (ref T destination) => destination = value;
    }

    private static ValueGetter<VBuffer<T>> ReadVector<T>(BinaryReader reader)
    {
        var values = ValueFormat<T>.ReadArray(reader);
        return (ref VBuffer<T> destination) => VBuffer<T>.Copy(values, 0, ref destination, values.Length);
    }
}
