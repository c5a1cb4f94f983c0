using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Writes the arrays under a vector; <see cref="Commit"/> makes the vector.</summary>
public readonly ref struct VBufferEditor<T>
{
    private readonly int _length;
    private readonly T[]? _values;
    private readonly int[]? _indices;

    /// <summary>The values to write.</summary>
    public readonly Span<T> Values;

    /// <summary>The slots to write; empty for a dense vector.</summary>
    public readonly Span<int> Indices;

    internal VBufferEditor(
        int length, int count, T[]? values, int[]? indices, bool requireIndicesOnDense, bool createdNewValues, bool createdNewIndices)
    {
        _length = length;
        _values = values;
        _indices = indices;
        Values = values.AsSpan(0, count);
        Indices = count < length || requireIndicesOnDense ? indices.AsSpan(0, count) : default;
        CreatedNewValues = createdNewValues;
        CreatedNewIndices = createdNewIndices;
    }

    /// <summary>Whether the old values array was too small.</summary>
    public bool CreatedNewValues { get; }

    /// <summary>Whether the old indices array was too small.</summary>
    public bool CreatedNewIndices { get; }

    /// <summary>The vector.</summary>
    public VBuffer<T> Commit() => new(_length, Values.Length, _values, _indices);

    /// <summary>The vector of the first <paramref name="physicalValuesCount"/> values.</summary>
    public VBuffer<T> CommitTruncated(int physicalValuesCount)
    {
        Contracts.CheckParam(physicalValuesCount <= Values.Length, nameof(physicalValuesCount), "There are not that many values in the editor.");
        return new(_length, physicalValuesCount, _values, _indices);
    }
}
