using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Classification;

/// <summary>What the classes stand for: the values behind the keys of the label column, in the order of the keys.</summary>
internal abstract class LabelValues
{
    public abstract int Count { get; }

    /// <summary>The type of a value.</summary>
    public abstract PrimitiveDataViewType ItemType { get; }

    /// <summary>The values of a key column; null where it has none.</summary>
    /// <exception cref="NotSupportedException">The values are of a type that cannot be saved.</exception>
    public static LabelValues? Of(DataViewSchema.Column label, int classCount)
    {
        var values = label.Annotations.Schema.GetColumnOrNull("KeyValues");
        if (values?.Type is not VectorDataViewType type || type.Size != classCount)
            return null;
        var format = LabelValueFormat.Find(type.ItemType) ?? throw new NotSupportedException(
            $"The keys of the label column '{label.Name}' stand for values of type {type.ItemType}, which a model cannot hold.");
        return format.Read(label.Annotations, values.Value);
    }

    /// <summary>Writes: byte 0 for none; else the format's tag, and the values.</summary>
    public static void Save(BinaryWriter writer, LabelValues? values)
    {
        if (values == null)
            writer.Write(LabelValueFormat.NoValuesTag);
        else
            values.Save(writer);
    }

    /// <summary>Reads what <see cref="Save(BinaryWriter, LabelValues?)"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    public static LabelValues? Load(BinaryReader reader, int count)
    {
        var tag = reader.ReadByte();
        return tag == LabelValueFormat.NoValuesTag ? null : LabelValueFormat.Find(tag).Load(reader, count);
    }

    /// <summary>Adds the values as an annotation.</summary>
    public abstract void AddTo(DataViewSchema.Annotations.Builder annotations, string kind);

    protected abstract void Save(BinaryWriter writer);
}
