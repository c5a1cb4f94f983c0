using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// From the outputs of each row over time to one to three vectors a row, chunk by chunk, with memory that does not depend on the number of steps; and back.
/// Rows are independent of each other.
/// </summary>
internal abstract class Pooling : IDisposable
{
    protected Pooling(int stride) => Stride = stride;

    /// <summary>Length of a vector, padded: that of a row of outputs.</summary>
    public int Stride { get; }

    /// <summary>Vectors of a row.</summary>
    public abstract int Parts { get; }

    /// <summary>Vectors that a kind of pooling makes of a row.</summary>
    public static int PartsOf(PoolingKind kind) => kind switch
    {
        PoolingKind.MeanMaxLast => 3,
        PoolingKind.MeanMax => 2,
        _ => 1,
    };

    /// <summary>Makes a pooling of an encoder's outputs.</summary>
    /// <param name="shape">The network, which says of what kind it is.</param>
    /// <param name="attention">v of each direction, of attention pooling; null of others.</param>
    /// <param name="device">What to work with.</param>
    public static Pooling Create(NetworkShape shape, Parameter? attention, Device device)
    {
        return shape.Options.Pooling switch
        {
            PoolingKind.MeanMax => MeanMaxPooling.For(device, shape.OutputStride, usesMean: true, usesMaximum: true),
            PoolingKind.Mean => MeanMaxPooling.For(device, shape.OutputStride, usesMean: true, usesMaximum: false),
            PoolingKind.Max => MeanMaxPooling.For(device, shape.OutputStride, usesMean: false, usesMaximum: true),
            PoolingKind.Last => new LastPooling(shape.OutputStride, device.Memory),
            PoolingKind.MeanMaxLast => new ConcatPooling(
                MeanMaxPooling.For(device, shape.OutputStride, usesMean: true, usesMaximum: true),
                new LastPooling(shape.OutputStride, device.Memory, adds: true)),
            PoolingKind.Attention => new AttentionPooling(attention!, shape, device.Memory),
            var kind => throw new ArgumentOutOfRangeException(nameof(shape), kind, "Unknown pooling."),
        };
    }

    /// <summary>[Stride]: a vector of a row after <see cref="Finish"/>. For the backward pass the caller overwrites it with the gradient by it.</summary>
    public abstract Span<float> Pooled(int row, int part);

    /// <summary>Starts a batch.</summary>
    public abstract void Begin(PackedBatch batch);

    /// <summary>Takes in the outputs [flat rows, Stride] of a chunk for rows [begin, end) of the batch.</summary>
    public abstract unsafe void Forward(in Chunk chunk, float* outputs, int begin, int end);

    /// <summary>After the last chunk.</summary>
    public abstract void Finish();

    /// <summary>Before the gradients by the vectors are written over them.</summary>
    public virtual void BeginBackward()
    {
    }

    /// <summary>Writes the gradient [flat rows, Stride] by a chunk's outputs for rows [begin, end).</summary>
    public abstract unsafe void Backward(in Chunk chunk, float* outputs, float* outputGradient, int begin, int end);

    /// <summary>After the last chunk: completes the gradients by parameters of its own.</summary>
    public virtual void FinishBackward()
    {
    }

    public abstract void Dispose();
}
