using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>Label values of one type.</summary>
internal sealed class LabelValues<T>(LabelValueFormat<T> format, T[] values) : LabelValues
{
    private readonly VBuffer<T> _values = new(values.Length, values);

    public override int Count => values.Length;

    public override PrimitiveDataViewType ItemType => format.ItemType;

    public override string Text(int index)
        => (values[index] is IFormattable value ? value.ToString(null, CultureInfo.InvariantCulture) : values[index]!.ToString()) ?? "";

    public override int[] PlacesIn(LabelValues others)
    {
        object[] own = [.. values.Select(Comparable)];
        object[] known = others is LabelValues<T> same ? [.. same.All.Select(Comparable)] : [];
        // Names of slots may be there twice.
        if (own.SequenceEqual(known))
            return [.. Enumerable.Range(0, own.Length)];
        var places = new Dictionary<object, int>();
        for (var i = 0; i < known.Length; i++)
            places.TryAdd(known[i], i);
        return Array.ConvertAll(own, value => places.GetValueOrDefault(value, -1));
    }

    private T[] All => values;

    private static object Comparable(T value) => value is ReadOnlyMemory<char> text ? text.ToString() : value!;

    public override void AddTo(DataViewSchema.Annotations.Builder annotations, string kind)
        => annotations.Add(kind, new VectorDataViewType(ItemType, Count), (ref VBuffer<T> destination) => _values.CopyTo(ref destination));

    protected override void Save(BinaryWriter writer)
    {
        writer.Write(format.Tag);
        foreach (var value in values)
            format.Write(writer, value);
    }
}
