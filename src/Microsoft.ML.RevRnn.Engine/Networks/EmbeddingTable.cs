using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// A learned vector for each token: [V, I]. In training only the rows of a batch's own tokens have gradients; they are kept compactly.
/// </summary>
internal sealed unsafe class EmbeddingTable : IDisposable
{
    private readonly NativeBuffer<float> _gradient = new();
    private int[] _slotOf = [];
    private int[] _touched = [];

    public EmbeddingTable(int vocabulary, int width)
    {
        Width = width;
        Stride = PackedMatrix.RoundUp(width);
        Value = new Parameter("embedding", Parameter.Identity(vocabulary), vocabulary, Parameter.Identity(width), Stride);
    }

    /// <summary>I.</summary>
    public int Width { get; }

    /// <summary>I, padded.</summary>
    public int Stride { get; }

    public Parameter Value { get; }

    /// <summary>Tokens with a gradient, in order of first appearance in the batch.</summary>
    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, TouchedCount);

    public int TouchedCount { get; private set; }

    /// <summary>[touched, Stride].</summary>
    public float* Gradient => _gradient.Pointer;

    public Span<float> Gradients => new(_gradient.Pointer, TouchedCount * Stride);

    /// <summary>Gives each distinct token of a batch a gradient row, zero.</summary>
    public void BeginGradient(PackedBatch batch)
    {
        if (_slotOf.Length == 0)
        {
            _slotOf = new int[Value.Rows];
            Array.Fill(_slotOf, -1);
            _touched = new int[Value.Rows];
        }
        foreach (var token in Touched)
            _slotOf[token] = -1;
        TouchedCount = 0;
        foreach (var token in batch.Tokens)
        {
            if (_slotOf[token] >= 0)
                continue;
            _slotOf[token] = TouchedCount;
            _touched[TouchedCount++] = token;
        }
        _gradient.EnsureLength((long)TouchedCount * Stride);
        Gradients.Clear();
    }

    /// <summary>Copies the vectors of flat rows [begin, end) of a chunk.</summary>
    public void Gather(in Chunk chunk, float* target, int begin, int end)
    {
        var tokens = chunk.Batch.Tokens.Slice((int)chunk.FlatStart, chunk.FlatRows);
        for (var r = begin; r < end; r++)
        {
            new ReadOnlySpan<float>(Value.Value + (nint)tokens[r] * Stride, Stride)
                .CopyTo(new Span<float>(target + (nint)r * Stride, Stride));
        }
    }

    /// <summary>Adds the columns [begin, end) of the gradients of a chunk's flat rows to their tokens' rows.</summary>
    public void Scatter(in Chunk chunk, float* gradient, int begin, int end)
    {
        if (begin >= end)
            return;
        var tokens = chunk.Batch.Tokens.Slice((int)chunk.FlatStart, chunk.FlatRows);
        for (var r = 0; r < tokens.Length; r++)
        {
            var target = new Span<float>(_gradient.Pointer + (nint)_slotOf[tokens[r]] * Stride + begin, end - begin);
            TensorPrimitives.Add(target, new ReadOnlySpan<float>(gradient + (nint)r * Stride + begin, end - begin), target);
        }
    }

    public void Dispose()
    {
        Value.Dispose();
        _gradient.Dispose();
    }
}
