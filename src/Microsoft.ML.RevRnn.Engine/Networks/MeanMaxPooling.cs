using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Mean and maximum over time of each unit, of each row. It keeps three values a unit (sum, maximum, step of the maximum) whatever the
/// number of steps, and its gradient is handed out step by step from two.
/// </summary>
internal abstract unsafe class MeanMaxPooling(int stride, MemoryMeter? meter) : IDisposable
{
    private readonly NativeBuffer<float> _mean = new(meter);
    private readonly NativeBuffer<float> _maximum = new(meter);
    private readonly NativeBuffer<float> _step = new(meter);

    /// <summary>Length of a row, padded.</summary>
    public int Stride { get; } = stride;

    /// <summary>[B, Stride]: sums while running, means after <see cref="Finish"/>; the caller then overwrites them with their gradient.</summary>
    public float* Mean => _mean.Pointer;

    /// <summary>[B, Stride], likewise.</summary>
    public float* Maximum => _maximum.Pointer;

    protected float* StepOfMaximum => _step.Pointer;

    public static MeanMaxPooling For(SimdWidth width, int stride, MemoryMeter? meter) => width.Create<MeanMaxPooling, Factory>(new(stride, meter));

    public void Begin(int rows)
    {
        foreach (var buffer in (ReadOnlySpan<NativeBuffer<float>>)[_mean, _maximum, _step])
            buffer.EnsureLength((long)rows * Stride);
    }

    /// <summary>Takes in the outputs [flat rows, Stride] of a chunk for rows [begin, end) of the batch.</summary>
    public abstract void Forward(in Chunk chunk, float* outputs, int begin, int end);

    /// <summary>Turns sums into means.</summary>
    public void Finish(PackedBatch batch)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            var mean = new Span<float>(Mean + (nint)row * Stride, Stride);
            System.Numerics.Tensors.TensorPrimitives.Multiply(mean, 1f / batch.Length(row), mean);
        }
    }

    /// <summary>Writes the gradient [flat rows, Stride] by a chunk's outputs for rows [begin, end).</summary>
    public abstract void Backward(in Chunk chunk, float* outputGradient, int begin, int end);

    public void Dispose()
    {
        _mean.Dispose();
        _maximum.Dispose();
        _step.Dispose();
    }

    private readonly struct Factory(int stride, MemoryMeter? meter) : ILaneFactory<MeanMaxPooling>
    {
        public MeanMaxPooling Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new MeanMaxPooling<TFloat, TInt>(stride, meter);
    }
}
