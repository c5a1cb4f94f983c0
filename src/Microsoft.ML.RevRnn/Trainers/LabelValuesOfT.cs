using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>Label values of one type.</summary>
internal sealed class LabelValues<T>(LabelValueFormat<T> format, T[] values) : LabelValues
{
    private readonly VBuffer<T> _values = new(values.Length, values);

    public override int Count => values.Length;

    public override PrimitiveDataViewType ItemType => format.ItemType;

    public override void AddTo(DataViewSchema.Annotations.Builder annotations, string kind)
        => annotations.Add(kind, new VectorDataViewType(ItemType, Count), (ref VBuffer<T> destination) => _values.CopyTo(ref destination));

    protected override string Text(int index) => string.Create(CultureInfo.InvariantCulture, $"{values[index]}");

    protected override void Save(BinaryWriter writer)
    {
        writer.Write(format.Tag);
        foreach (var value in values)
            format.Write(writer, value);
    }
}
