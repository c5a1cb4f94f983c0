using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// Mean and maximum over time of each unit, of each row, or one of the two. It keeps three values a unit (sum, maximum, step of the maximum) whatever the
/// number of steps, and its gradient is handed out step by step from two.
/// </summary>
internal abstract unsafe class MeanMaxPooling : Pooling
{
    private readonly bool _usesMean;
    private readonly bool _usesMaximum;
    private readonly NativeBuffer<float> _mean;
    private readonly NativeBuffer<float> _maximum;
    private readonly NativeBuffer<float> _step;
    private PackedBatch _batch = new();

    protected MeanMaxPooling(int stride, bool usesMean, bool usesMaximum, MemoryMeter? meter)
        : base(stride)
    {
        _usesMean = usesMean;
        _usesMaximum = usesMaximum;
        _mean = new NativeBuffer<float>(meter);
        _maximum = new NativeBuffer<float>(meter);
        _step = new NativeBuffer<float>(meter);
    }

    public override int Parts => _usesMean && _usesMaximum ? 2 : 1;

    /// <summary>[B, Stride]: sums while running, then means, then their gradient.</summary>
    protected float* Mean => _mean.Pointer;

    /// <summary>[B, Stride], likewise.</summary>
    protected float* Maximum => _maximum.Pointer;

    /// <summary>[B, Stride]: the first step of the maximum.</summary>
    protected float* StepOfMaximum => _step.Pointer;

    public static MeanMaxPooling For(Device device, int stride, bool usesMean, bool usesMaximum)
        => device.Width.Create<MeanMaxPooling, Factory>(new(stride, usesMean, usesMaximum, device.Memory));

    public override Span<float> Pooled(int row, int part)
        => new((_usesMean && part == 0 ? Mean : Maximum) + (nint)row * Stride, Stride);

    public override void Begin(PackedBatch batch)
    {
        _batch = batch;
        foreach (var buffer in (ReadOnlySpan<NativeBuffer<float>>)[_mean, _maximum, _step])
            buffer.EnsureLength((long)batch.RowCount * Stride);
    }

    /// <summary>Turns sums into means.</summary>
    public override void Finish()
    {
        for (var row = 0; row < _batch.RowCount; row++)
        {
            var mean = new Span<float>(Mean + (nint)row * Stride, Stride);
            TensorPrimitives.Multiply(mean, 1f / _batch.Length(row), mean);
        }
    }

    /// <summary>What nobody reads has no gradient.</summary>
    public override void BeginBackward()
    {
        if (!_usesMean)
            _mean.Clear();
        if (!_usesMaximum)
            _maximum.Clear();
    }

    public override void Dispose()
    {
        _mean.Dispose();
        _maximum.Dispose();
        _step.Dispose();
    }

    private readonly struct Factory(int stride, bool usesMean, bool usesMaximum, MemoryMeter? meter) : ILaneFactory<MeanMaxPooling>
    {
        public MeanMaxPooling Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new MeanMaxPooling<TFloat, TInt>(stride, usesMean, usesMaximum, meter);
    }
}
