using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>How label values of one type are saved. The tags are part of the file format: none may change or be used again.</summary>
internal abstract class LabelValueFormat(byte tag, PrimitiveDataViewType itemType)
{
    /// <summary>Stands where there are no values.</summary>
    public const byte NoValuesTag = 0;

    private static readonly LabelValueFormat[] _all =
    [
        // UTF-8 after its length in bytes; the others are little-endian numbers.
        new LabelValueFormat<ReadOnlyMemory<char>>(1, TextDataViewType.Instance, (w, v) => w.Write(v.ToString()), r => r.ReadString().AsMemory()),
        new LabelValueFormat<bool>(2, BooleanDataViewType.Instance, (w, v) => w.Write(v), r => r.ReadBoolean()),
        new LabelValueFormat<sbyte>(3, NumberDataViewType.SByte, (w, v) => w.Write(v), r => r.ReadSByte()),
        new LabelValueFormat<byte>(4, NumberDataViewType.Byte, (w, v) => w.Write(v), r => r.ReadByte()),
        new LabelValueFormat<short>(5, NumberDataViewType.Int16, (w, v) => w.Write(v), r => r.ReadInt16()),
        new LabelValueFormat<ushort>(6, NumberDataViewType.UInt16, (w, v) => w.Write(v), r => r.ReadUInt16()),
        new LabelValueFormat<int>(7, NumberDataViewType.Int32, (w, v) => w.Write(v), r => r.ReadInt32()),
        new LabelValueFormat<uint>(8, NumberDataViewType.UInt32, (w, v) => w.Write(v), r => r.ReadUInt32()),
        new LabelValueFormat<long>(9, NumberDataViewType.Int64, (w, v) => w.Write(v), r => r.ReadInt64()),
        new LabelValueFormat<ulong>(10, NumberDataViewType.UInt64, (w, v) => w.Write(v), r => r.ReadUInt64()),
        new LabelValueFormat<float>(11, NumberDataViewType.Single, (w, v) => w.Write(v), r => r.ReadSingle()),
        new LabelValueFormat<double>(12, NumberDataViewType.Double, (w, v) => w.Write(v), r => r.ReadDouble()),
        // Ticks; a date's kind is not kept by ML.NET either.
        new LabelValueFormat<TimeSpan>(13, TimeSpanDataViewType.Instance, (w, v) => w.Write(v.Ticks), r => new TimeSpan(r.ReadInt64())),
        new LabelValueFormat<DateTime>(14, DateTimeDataViewType.Instance, (w, v) => w.Write(v.Ticks), r => new DateTime(r.ReadInt64())),
        new LabelValueFormat<DateTimeOffset>(15, DateTimeOffsetDataViewType.Instance, WriteOffset, r => new(r.ReadInt64(), new(r.ReadInt64()))),
        new LabelValueFormat<DataViewRowId>(16, RowIdDataViewType.Instance, WriteRowId, r => new(r.ReadUInt64(), r.ReadUInt64())),
    ];

    public byte Tag => tag;

    public PrimitiveDataViewType ItemType => itemType;

    /// <summary>The format for values of a type; null where there is none.</summary>
    public static LabelValueFormat? Find(DataViewType itemType) => Array.Find(_all, format => format.ItemType.Equals(itemType));

    /// <exception cref="FormatException">There is no such format.</exception>
    public static LabelValueFormat Find(byte tag)
        => Array.Find(_all, format => format.Tag == tag) ?? throw new FormatException($"The labels are of the unknown kind {tag}.");

    /// <summary>The values that an annotation holds.</summary>
    public abstract LabelValues Read(DataViewSchema.Annotations annotations, DataViewSchema.Column column);

    /// <summary>The values that were saved.</summary>
    public abstract LabelValues Load(BinaryReader reader, int count);

    private static void WriteOffset(BinaryWriter writer, DateTimeOffset value)
    {
        writer.Write(value.Ticks);
        writer.Write(value.Offset.Ticks);
    }

    private static void WriteRowId(BinaryWriter writer, DataViewRowId value)
    {
        writer.Write(value.Low);
        writer.Write(value.High);
    }
}
