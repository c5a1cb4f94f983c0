using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Offline;

/// <summary>Gathers the values of a column.</summary>
internal sealed class KeyMapBuilder<T>(ValueToKeyMappingEstimator.ColumnOptions options, PrimitiveDataViewType type) : KeyMapBuilder
    where T : notnull
{
    private readonly HashSet<T> _seen = new(KeyMap<T>.Comparer);
    private readonly List<T> _values = [];
    private int _limit = options.MaximumNumberOfKeys;

    public override bool IsFull => _values.Count >= _limit;

    public override DataViewSchema.Column CheckKeys(IExceptionContext ectx, DataViewSchema.Column column)
    {
        ectx.CheckUserArg(column.Type.Equals(type), "keyData", $"The keys must be of type {type}; they are of type {column.Type}.");
        return column;
    }

    public override KeyMapBuilder WithoutLimit()
    {
        _limit = int.MaxValue;
        return this;
    }

    public override Action Bind(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
        {
            var vectorGetter = row.GetGetter<VBuffer<T>>(column);
            VBuffer<T> vector = default;
            return () =>
            {
                vectorGetter(ref vector);
                foreach (var item in vector.IsDense ? vector.GetValues() : vector.DenseValues().ToArray())
                    Add(item);
            };
        }

        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            Add(value);
        };
    }

    public override KeyMap Finish()
    {
        if (options.KeyOrdinality == ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            _values.Sort(KeyMap<T>.Order);
        return new KeyMap<T>(type, [.. _values], options.AddKeyValueAnnotationsAsText);
    }

    private void Add(T value)
    {
        if (IsFull || KeyMap<T>.IsMissing(value) || _seen.Contains(value))
            return;

        // Text may lie in a buffer that is written over by the next row, or keep a long line alive.
        if (value is ReadOnlyMemory<char> text)
            value = (T)(object)text.ToString().AsMemory();
        _seen.Add(value);
        _values.Add(value);
    }
}
