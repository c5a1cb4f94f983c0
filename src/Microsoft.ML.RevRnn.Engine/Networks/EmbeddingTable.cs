using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// A learned vector for each token: [V, I]. In training only the rows of a batch's own tokens have gradients, which are kept compactly; a table that
/// is the output weights too has gradients in all rows, those of its <see cref="Parameter"/>.
/// </summary>
internal sealed unsafe class EmbeddingTable : IDisposable
{
    private readonly NativeBuffer<float> _gradient = new();
    private int[] _slotOf = [];
    private int[] _touched = [];

    /// <param name="vocabulary">V.</param>
    /// <param name="columns">Where the I values of a vector lie in its row.</param>
    /// <param name="stride">Length of a row.</param>
    /// <param name="isDense">Whether gradients are those of <see cref="Value"/>.</param>
    public EmbeddingTable(int vocabulary, int[] columns, int stride, bool isDense)
    {
        Columns = columns;
        Stride = stride;
        IsDense = isDense;
        Value = new Parameter("embedding", Parameter.Identity(vocabulary), vocabulary, columns, stride) { IsDecayed = isDense };
    }

    /// <summary>Where the I values of a vector lie in its row.</summary>
    public int[] Columns { get; }

    /// <summary>Length of a row, padded.</summary>
    public int Stride { get; }

    /// <summary>Whether gradients are those of <see cref="Value"/>, and there are none of single rows.</summary>
    public bool IsDense { get; }

    public Parameter Value { get; }

    /// <summary>Tokens with a gradient, in order of first appearance in the batch.</summary>
    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, TouchedCount);

    public int TouchedCount { get; private set; }

    /// <summary>[touched, Stride].</summary>
    public float* Gradient => _gradient.Pointer;

    public Span<float> Gradients => new(_gradient.Pointer, TouchedCount * Stride);

    /// <summary>Gives each distinct token of a batch a gradient row, zero.</summary>
    public void BeginGradient(PackedBatch batch) => BeginGradient([batch]);

    /// <summary>Gives each distinct token of several batches a gradient row, zero.</summary>
    public void BeginGradient(params ReadOnlySpan<PackedBatch> batches)
    {
        if (IsDense)
            return;
        DiscardGradient();
        foreach (var batch in batches)
            Touch(batch.Tokens);
        MakeGradients();
    }

    /// <summary>Gives each distinct row of some a gradient row, zero.</summary>
    public void BeginGradient(ReadOnlySpan<int> rows)
    {
        DiscardGradient();
        Touch(rows);
        MakeGradients();
    }

    /// <summary>No token has a gradient of its own any more.</summary>
    public void DiscardGradient()
    {
        foreach (var token in Touched)
            _slotOf[token] = -1;
        TouchedCount = 0;
    }

    /// <summary>Copies the vectors of tokens, one after another, those of dropped tokens as zero.</summary>
    public void Gather(ReadOnlySpan<int> tokens, float* target, float dropout, ulong key)
    {
        foreach (var token in tokens)
        {
            var vector = new ReadOnlySpan<float>(Value.Value + (nint)token * Stride, Stride);
            var row = new Span<float>(target, Stride);
            if (dropout == 0)
                vector.CopyTo(row);
            else
                TensorPrimitives.Multiply(vector, Scale(token, dropout, key), row);
            target += Stride;
        }
    }

    /// <summary>Adds the columns [begin, end) of gradients, which lie one after another, to their tokens' rows; none for dropped tokens.</summary>
    public void Scatter(ReadOnlySpan<int> tokens, float* gradient, float dropout, ulong key, int begin, int end)
    {
        if (begin >= end)
            return;
        foreach (var token in tokens)
        {
            var rows = IsDense ? Value.Gradient + (nint)token * Stride : _gradient.Pointer + (nint)_slotOf[token] * Stride;
            var target = new Span<float>(rows + begin, end - begin);
            var addend = new ReadOnlySpan<float>(gradient + begin, end - begin);
            if (dropout == 0)
                TensorPrimitives.Add(target, addend, target);
            else
                TensorPrimitives.FusedMultiplyAdd(addend, Scale(token, dropout, key), target, target);
            gradient += Stride;
        }
    }

    public void Dispose()
    {
        Value.Dispose();
        _gradient.Dispose();
    }

    private void Touch(ReadOnlySpan<int> tokens)
    {
        if (_slotOf.Length == 0)
        {
            _slotOf = new int[Value.Rows];
            Array.Fill(_slotOf, -1);
            _touched = new int[Value.Rows];
        }
        foreach (var token in tokens)
        {
            if (_slotOf[token] >= 0)
                continue;
            _slotOf[token] = TouchedCount;
            _touched[TouchedCount++] = token;
        }
    }

    private void MakeGradients()
    {
        _gradient.EnsureLength((long)TouchedCount * Stride);
        Gradients.Clear();
    }

    /// <summary>What a token's vector is multiplied by: 0 where it is dropped, else 1 / (1 - rate).</summary>
    public static float Scale(int token, float dropout, ulong key) =>
        CounterRandom.Uniform(key, (ulong)token) < dropout ? 0 : 1 / (1 - dropout);
}
