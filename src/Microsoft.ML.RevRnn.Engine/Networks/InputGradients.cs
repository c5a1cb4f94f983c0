using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The gradient by the vector of each token of a batch, at each of its positions; of both directions together.</summary>
/// <param name="stride">Length of a vector, padded.</param>
/// <param name="meter">Counts the buffer.</param>
internal sealed unsafe class InputGradients(int stride, MemoryMeter meter) : IDisposable
{
    private readonly NativeBuffer<float> _values = new(meter);
    private PackedBatch _batch = new();

    /// <summary>Bytes of a token's gradient.</summary>
    public int BytesPerToken => stride * sizeof(float);

    /// <summary>Makes room for a batch's gradients, and zeroes it.</summary>
    public void Begin(PackedBatch batch)
    {
        _batch = batch;
        _values.EnsureLength((long)batch.TokenCount * stride);
        _values.Clear();
    }

    /// <summary>Adds a gradient, [stride], of a row's step.</summary>
    public void Add(int step, int row, float* gradient)
    {
        var target = Of(step, row);
        TensorPrimitives.Add(target, new ReadOnlySpan<float>(gradient, stride), target);
    }

    /// <summary>[stride]: the gradient by the token that a row has at a step.</summary>
    public Span<float> Of(int step, int row) => new(_values.Pointer + ((nint)_batch.FlatOffset(step) + row) * stride, stride);

    public void Release() => _values.Release();

    public void Dispose() => _values.Dispose();
}
