using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// A vector value, dense or sparse, over arrays that are reused from row to row. In a sparse one only some slots are stored, by ascending
/// index; the others hold the default value.
/// </summary>
public readonly struct VBuffer<T>
{
    private readonly T[]? _values;
    private readonly int[]? _indices;
    private readonly int _count;

    /// <summary>The number of slots.</summary>
    public readonly int Length;

    /// <summary>A dense vector over the first <paramref name="length"/> values.</summary>
    public VBuffer(int length, T[]? values, int[]? indices = null)
        : this(length, length, values, indices)
    {
    }

    /// <summary>A vector of which <paramref name="count"/> slots are stored.</summary>
    public VBuffer(int length, int count, T[]? values, int[]? indices)
    {
        Contracts.CheckParam(length >= 0, nameof(length));
        Contracts.CheckParam(0 <= count && count <= length, nameof(count));
        Contracts.CheckParam((values?.Length ?? 0) >= count, nameof(values));
        Contracts.CheckParam(count == length || (indices?.Length ?? 0) >= count, nameof(indices));
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    /// <summary>Whether every slot is stored.</summary>
    public bool IsDense => _count == Length;

    /// <summary>The stored values.</summary>
    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    /// <summary>The slots of the stored values; empty for a dense vector.</summary>
    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    /// <summary>Copies into a dense vector.</summary>
    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    /// <summary>Copies; a sparse vector stays sparse.</summary>
    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    /// <summary>Copies <paramref name="length"/> slots from <paramref name="sourceIndex"/> on.</summary>
    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        Contracts.CheckParam(0 <= sourceIndex && sourceIndex <= Length, nameof(sourceIndex));
        Contracts.CheckParam(0 <= length && sourceIndex <= Length - length, nameof(length));
        int from = IsDense ? sourceIndex : FirstStored(sourceIndex);
        int to = IsDense ? sourceIndex + length : FirstStored(sourceIndex + length);
        var editor = VBufferEditor.Create(ref destination, length, to - from);
        _values.AsSpan(from, to - from).CopyTo(editor.Values);
        for (int i = 0; i < editor.Indices.Length; i++)
            editor.Indices[i] = _indices![from + i] - sourceIndex;
        destination = editor.Commit();
    }

    /// <summary>Copies all slots.</summary>
    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    /// <summary>Copies all slots, with <paramref name="defaultValue"/> for those that are not stored.</summary>
    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default!)
    {
        Contracts.CheckParam(
            0 <= destinationIndex && destinationIndex <= destination.Length - Length, nameof(destination), "The span is too short for the vector.");
        var target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }

        target.Fill(defaultValue);
        for (int i = 0; i < _count; i++)
            target[_indices![i]] = _values![i];
    }

    /// <summary>Makes a dense vector of a part of an array.</summary>
    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        int available = source?.Length ?? 0;
        Contracts.CheckParam(0 <= length && length <= available, nameof(length));
        Contracts.CheckParam(0 <= sourceIndex && sourceIndex <= available - length, nameof(sourceIndex));
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    /// <summary>The stored slots with their indices, or all slots.</summary>
    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        var vector = this;
        return all || IsDense ? vector.DenseValues().Select((value, i) => KeyValuePair.Create(i, value)) : vector.StoredItems();
    }

    /// <summary>All slots.</summary>
    public IEnumerable<T> DenseValues()
    {
        int next = 0;
        for (int slot = 0; slot < Length; slot++)
        {
            bool stored = IsDense || (next < _count && _indices![next] == slot);
            yield return stored ? _values![next++] : default!;
        }
    }

    /// <summary>The value of a slot.</summary>
    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    /// <summary>The value of a slot.</summary>
    public T GetItemOrDefault(int index)
    {
        Contracts.CheckParam(0 <= index && index < Length, nameof(index));
        if (IsDense)
            return _values![index];
        int at = FirstStored(index);
        return at < _count && _indices![at] == index ? _values![at] : default!;
    }

    /// <inheritdoc/>
    public override string ToString()
        => IsDense ? $"{Length} values" : $"{_count} of {Length} values, the others default";

    /// <summary>An editor that keeps the vector's shape.</summary>
    internal VBufferEditor<T> GetEditor() => GetEditor(Length, _count);

    /// <summary>An editor over this vector's arrays, grown where they are too small.</summary>
    internal VBufferEditor<T> GetEditor(
        int newLogicalLength, int? valuesCount, int? maxValuesCapacity = null, bool keepOldOnResize = false, bool requireIndicesOnDense = false)
    {
        Contracts.CheckParam(newLogicalLength >= 0, nameof(newLogicalLength));
        int count = valuesCount ?? newLogicalLength;
        Contracts.CheckParam(0 <= count && count <= newLogicalLength, nameof(valuesCount));
        int capacity = maxValuesCapacity ?? Array.MaxLength;
        var values = Grow(_values, count, capacity, keepOldOnResize, out bool newValues);
        int[]? indices = _indices;
        bool newIndices = false;
        if (count < newLogicalLength || requireIndicesOnDense)
            indices = Grow(_indices, count, capacity, keepOldOnResize, out newIndices);
        return new VBufferEditor<T>(newLogicalLength, count, values, indices, requireIndicesOnDense, newValues, newIndices);
    }

    private static TItem[]? Grow<TItem>(TItem[]? array, int count, int capacity, bool keepOld, out bool created)
    {
        int have = array?.Length ?? 0;
        created = have < count;
        if (!created)
            return array;
        int size = Math.Max(count, (int)Math.Min((long)have * 2, capacity));
        var grown = new TItem[size];
        if (keepOld)
            array?.CopyTo(grown, 0);
        return grown;
    }

    private int FirstStored(int slot)
    {
        int at = _indices.AsSpan(0, _count).BinarySearch(slot);
        return at >= 0 ? at : ~at;
    }

    private IEnumerable<KeyValuePair<int, T>> StoredItems()
    {
        for (int i = 0; i < _count; i++)
            yield return KeyValuePair.Create(_indices![i], _values![i]);
    }
}
