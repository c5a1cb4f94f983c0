using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>Values of a column, numbered from 1.</summary>
internal abstract class KeyMap
{
    private static readonly PrimitiveDataViewType[] _types =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance, NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16,
        NumberDataViewType.UInt16, NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
        NumberDataViewType.Single, NumberDataViewType.Double,
    ];

    private protected KeyMap(PrimitiveDataViewType type, int count)
    {
        Type = type;
        KeyType = new KeyDataViewType(typeof(uint), Math.Max(count, 1));
    }

    /// <summary>The type of the values.</summary>
    public PrimitiveDataViewType Type { get; }

    /// <summary>The type of the numbers.</summary>
    public KeyDataViewType KeyType { get; }

    /// <summary>Checks that a column's values can be numbered.</summary>
    public static void CheckType(IExceptionContext ectx, string name, DataViewType type)
    {
        if (Array.IndexOf(_types, type.GetItemType()) < 0)
            throw ectx.ExceptSchemaMismatch("inputSchema", "input", name, "text, numbers or truth values, or a vector of them", type.ToString());
    }

    /// <summary>Loads: byte index of the type, byte whether annotations are text, the values.</summary>
    public static KeyMap Load(BinaryReader reader)
    {
        int index = reader.ReadByte();
        Contracts.CheckDecode(index < _types.Length, "The type of the keys' values is corrupt.");
        return GenericMethods.Invoke<KeyMap>(LoadCore<int>, _types[index].RawType, reader, _types[index]);
    }

    /// <summary>Saves what <see cref="Load"/> loads.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write((byte)Array.IndexOf(_types, Type));
        SaveCore(writer);
    }

    private static KeyMap LoadCore<T>(BinaryReader reader, PrimitiveDataViewType type)
        where T : notnull
    {
        bool asText = reader.ReadBoolean();
        return new KeyMap<T>(type, ValueFormat<T>.ReadArray(reader), asText);
    }

    private protected abstract void SaveCore(BinaryWriter writer);

    /// <summary>Adds the values as annotation.</summary>
    public abstract void AddKeyValues(DataViewSchema.Annotations.Builder annotations);

    /// <summary>A getter of the numbers of a column's values.</summary>
    public abstract Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column);
}
