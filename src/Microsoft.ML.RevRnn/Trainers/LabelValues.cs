using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Binding;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>What the classes stand for: the values behind the keys of the label column, in the order of the keys, or the names of its slots.</summary>
internal abstract class LabelValues
{
    public abstract int Count { get; }

    /// <summary>The type of a value.</summary>
    public abstract PrimitiveDataViewType ItemType { get; }

    /// <summary>A value as text, in the invariant culture.</summary>
    public abstract string Text(int index);

    /// <summary>Where each of the values is among others; -1 where it is not. Values of different types differ.</summary>
    public abstract int[] PlacesIn(LabelValues others);

    /// <summary>The values in an annotation of a label column; null where it has none.</summary>
    /// <param name="label">The column.</param>
    /// <param name="kind">The kind of the annotation.</param>
    /// <param name="classCount">How many values there must be.</param>
    /// <exception cref="NotSupportedException">The values are of a type that cannot be saved.</exception>
    public static LabelValues? Of(DataViewSchema.Column label, string kind, int classCount)
    {
        var values = label.Annotations.Schema.GetColumnOrNull(kind);
        if (values?.Type is not VectorDataViewType type || type.Size != classCount)
            return null;
        var format = LabelValueFormat.Find(type.ItemType) ?? throw new NotSupportedException(
            $"The labels in column '{label.Name}' stand for values of type {type.ItemType}, which a model cannot hold.");
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

    /// <summary>What a class is called in a message; by its key where nothing is known of it.</summary>
    /// <param name="values">What the classes stand for; null where that is not known.</param>
    /// <param name="index">The class, from 0.</param>
    public static string Name(LabelValues? values, int index) => values == null ? $"key {index + 1}" : $"'{values.Text(index)}'";

    /// <summary>Adds the values to the annotations of a column with a slot for each, and as names of the slots too.</summary>
    public void AddToSlots(DataViewSchema.Annotations.Builder annotations)
    {
        AddTo(annotations, AnnotationUtils.Kinds.TrainingLabelValues);
        AddSlotNames(annotations);
    }

    /// <summary>Adds the values as names of slots, written as text.</summary>
    public void AddSlotNames(DataViewSchema.Annotations.Builder annotations)
        => annotations.AddSlotNames(Enumerable.Range(0, Count).Select(Text));

    /// <summary>Adds the values as an annotation.</summary>
    public abstract void AddTo(DataViewSchema.Annotations.Builder annotations, string kind);

    protected abstract void Save(BinaryWriter writer);
}
