using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>Values of a column, numbered from 1; 0 is for a missing value and for one that is not known.</summary>
internal sealed class KeyMap<T> : KeyMap
    where T : notnull
{
    private readonly T[] _values;
    private readonly Dictionary<T, uint> _keys;
    private readonly bool _annotationsAsText;

    public KeyMap(PrimitiveDataViewType type, T[] values, bool annotationsAsText)
        : base(type, values.Length)
    {
        _values = values;
        _annotationsAsText = annotationsAsText && typeof(T) != typeof(ReadOnlyMemory<char>);
        _keys = new Dictionary<T, uint>(values.Length, Comparer);
        foreach (var value in values)
            Contracts.CheckDecode(_keys.TryAdd(value, (uint)_keys.Count + 1), "A value has two keys.");
    }

    /// <summary>What makes values equal.</summary>
    public static IEqualityComparer<T>? Comparer { get; }
        = typeof(T) == typeof(ReadOnlyMemory<char>) ? (IEqualityComparer<T>)(object)new TextComparer() : null;

    /// <summary>What comes first.</summary>
    public static Comparison<T> Order { get; }
        = typeof(T) == typeof(ReadOnlyMemory<char>)
            ? (Comparison<T>)(object)(Comparison<ReadOnlyMemory<char>>)CompareText
            : Comparer<T>.Default.Compare;

    /// <summary>Whether a value stands for none.</summary>
    public static bool IsMissing(T value)
        => (value is ReadOnlyMemory<char> text && text.IsEmpty)
        || (value is float single && float.IsNaN(single))
        || (value is double real && double.IsNaN(real));

    private static int CompareText(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceCompareTo(y.Span);

    private protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(_annotationsAsText);
        ValueFormat<T>.WriteArray(writer, _values);
    }

    public override void AddKeyValues(DataViewSchema.Annotations.Builder annotations)
    {
        if (_values.Length == 0)
            return;
        if (_annotationsAsText)
        {
            var texts = Array.ConvertAll(_values, value => Convert.ToString(value, CultureInfo.InvariantCulture).AsMemory());
            annotations.AddKeyValues(texts.Length, TextDataViewType.Instance, (ref VBuffer<ReadOnlyMemory<char>> names) =>
                VBuffer<ReadOnlyMemory<char>>.Copy(texts, 0, ref names, texts.Length));
        }
        else
        {
            annotations.AddKeyValues(_values.Length, Type, (ref VBuffer<T> values) => VBuffer<T>.Copy(_values, 0, ref values, _values.Length));
        }
    }

    public override Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column)
        => column.Type is VectorDataViewType
            ? MakeVectorGetter(input.GetGetter<VBuffer<T>>(column))
            : MakeScalarGetter(input.GetGetter<T>(column));

    private ValueGetter<uint> MakeScalarGetter(ValueGetter<T> getter)
    {
        T value = default!;
        return (ref uint key) =>
        {
            getter(ref value);
            key = _keys.GetValueOrDefault(value);
        };
    }

    private ValueGetter<VBuffer<uint>> MakeVectorGetter(ValueGetter<VBuffer<T>> getter)
    {
        // A sparse vector's slots that are not stored have the default value; when that has no key, the vector of keys is as sparse.
        bool staysSparse = !_keys.ContainsKey(default!);
        VBuffer<T> source = default;
        VBuffer<T> dense = default;
        return (ref VBuffer<uint> keys) =>
        {
            getter(ref source);
            if (!source.IsDense && !staysSparse)
            {
                source.CopyToDense(ref dense);
                (source, dense) = (dense, source);
            }

            var values = source.GetValues();
            var editor = VBufferEditor.Create(ref keys, source.Length, values.Length);
            for (int i = 0; i < values.Length; i++)
                editor.Values[i] = _keys.GetValueOrDefault(values[i]);
            source.GetIndices().CopyTo(editor.Indices);
            keys = editor.Commit();
        };
    }

    private sealed class TextComparer : IEqualityComparer<ReadOnlyMemory<char>>
    {
        public bool Equals(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<char> text) => string.GetHashCode(text.Span);
    }
}
