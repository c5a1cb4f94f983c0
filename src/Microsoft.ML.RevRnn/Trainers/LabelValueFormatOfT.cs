using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Trainers;

/// <inheritdoc/>
internal sealed class LabelValueFormat<T>(byte tag, PrimitiveDataViewType itemType, Action<BinaryWriter, T> write, Func<BinaryReader, T> read)
    : LabelValueFormat(tag, itemType)
{
    public Action<BinaryWriter, T> Write => write;

    public override LabelValues Read(DataViewSchema.Annotations annotations, DataViewSchema.Column column)
    {
        var values = default(VBuffer<T>);
        annotations.GetGetter<VBuffer<T>>(column)(ref values);
        var dense = new T[values.Length];
        values.CopyTo(dense);
        return new LabelValues<T>(this, dense);
    }

    public override LabelValues Load(BinaryReader reader, int count)
    {
        // Grown as values come, since the count may be damaged.
        var values = new List<T>();
        while (values.Count < count)
            values.Add(read(reader));
        return new LabelValues<T>(this, [.. values]);
    }
}
