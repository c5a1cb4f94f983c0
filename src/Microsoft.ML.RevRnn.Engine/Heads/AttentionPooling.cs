using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// sum over time of alpha_t h_t, with alpha = softmax over time of s_t = v h_t / sqrt(H); each direction by itself. The softmax runs along with the steps: of what
/// has been read it keeps the highest score, the sum of exp(s_t - highest) and the weighted sum of outputs. On the way back scores are computed anew from the
/// recovered outputs, so nothing is kept a step.
/// </summary>
internal sealed unsafe class AttentionPooling : Pooling
{
    private readonly Parameter _attention;
    private readonly int _directions;
    private readonly int _length;
    private readonly float _scale;
    private readonly NativeBuffer<float> _pooled;
    private readonly NativeBuffer<float> _highest;
    private readonly NativeBuffer<float> _sum;
    private readonly NativeBuffer<float> _kept;
    private readonly NativeBuffer<float> _gradient;
    private PackedBatch _batch = new();

    /// <param name="attention">v of each direction, [1, outputs].</param>
    /// <param name="shape">The network.</param>
    /// <param name="meter">Counts its buffers.</param>
    public AttentionPooling(Parameter attention, NetworkShape shape, MemoryMeter? meter)
        : base(shape.OutputStride)
    {
        _attention = attention;
        _directions = shape.Directions;
        _length = Stride / _directions;
        _scale = 1 / MathF.Sqrt(shape.Top.Units);
        _pooled = new NativeBuffer<float>(meter);
        _highest = new NativeBuffer<float>(meter);
        _sum = new NativeBuffer<float>(meter);
        _kept = new NativeBuffer<float>(meter);
        _gradient = new NativeBuffer<float>(meter);
    }

    public override int Parts => 1;

    public override Span<float> Pooled(int row, int part) => new(_pooled.Pointer + (nint)row * Stride, Stride);

    public override void Begin(PackedBatch batch)
    {
        _batch = batch;
        _pooled.EnsureLength((long)batch.RowCount * Stride);
        _kept.EnsureLength((long)batch.RowCount * Stride);
        _highest.EnsureLength((long)batch.RowCount * _directions);
        _sum.EnsureLength((long)batch.RowCount * _directions);
    }

    public override void Forward(in Chunk chunk, float* outputs, int begin, int end)
    {
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = begin; b < Math.Min(end, chunk.ActiveRows(s)); b++)
            {
                for (var direction = 0; direction < _directions; direction++)
                    Take(Output(chunk, outputs, s, b, direction), b, direction, isFirst: chunk.First + s == 0);
            }
        }
    }

    public override void Finish()
    {
        for (var row = 0; row < _batch.RowCount; row++)
        {
            for (var direction = 0; direction < _directions; direction++)
            {
                var pooled = Part(row, direction);
                TensorPrimitives.Multiply(pooled, 1 / _sum.Pointer[At(row, direction)], pooled);
            }
            Pooled(row, 0).CopyTo(Kept(row));
        }
    }

    public override void BeginBackward()
    {
        _gradient.EnsureLength((long)BlockCount * Stride);
        _gradient.Clear();
    }

    /// <summary>
    /// With g the gradient by the pooled vector: that by s_t is alpha_t (g h_t - g pooled), that by h_t is alpha_t g + (that by s_t) v / sqrt(H). v's gradient
    /// is summed by blocks of rows, so that it does not depend on the number of threads.
    /// </summary>
    public override void Backward(in Chunk chunk, float* outputs, float* outputGradient, int begin, int end)
    {
        for (var s = chunk.Steps - 1; s >= 0; s--)
        {
            for (var b = begin; b < Math.Min(end, chunk.ActiveRows(s)); b++)
            {
                for (var direction = 0; direction < _directions; direction++)
                {
                    var output = Output(chunk, outputs, s, b, direction);
                    var target = new Span<float>(outputGradient + (nint)(chunk.FlatRow(s) + b) * Stride + direction * _length, _length);
                    Return(output, target, b, direction);
                }
            }
        }
    }

    public override void FinishBackward()
    {
        var gradient = new Span<float>(_attention.Gradient, Stride);
        for (var block = 0; block < BlockCount; block++)
            TensorPrimitives.Add(gradient, _gradient.Span.Slice(block * Stride, Stride), gradient);
    }

    public override void Dispose()
    {
        _pooled.Dispose();
        _highest.Dispose();
        _sum.Dispose();
        _kept.Dispose();
        _gradient.Dispose();
    }

    private int BlockCount => (_batch.RowCount + LostBitStore.RowsPerBlock - 1) / LostBitStore.RowsPerBlock;

    /// <summary>The pooled vector of a row as it was before dropout and before its gradient came in its place.</summary>
    private Span<float> Kept(int row) => new(_kept.Pointer + (nint)row * Stride, Stride);

    private int At(int row, int direction) => row * _directions + direction;

    private Span<float> Part(int row, int direction) => Pooled(row, 0).Slice(direction * _length, _length);

    private ReadOnlySpan<float> Vector(int direction) => new(_attention.Value + direction * _length, _length);

    private ReadOnlySpan<float> Output(in Chunk chunk, float* outputs, int s, int row, int direction)
        => new(outputs + (nint)(chunk.FlatRow(s) + row) * Stride + direction * _length, _length);

    private float Score(ReadOnlySpan<float> output, int direction) => RowMath.Dot(output, Vector(direction)) * _scale;

    private void Take(ReadOnlySpan<float> output, int row, int direction, bool isFirst)
    {
        var pooled = Part(row, direction);
        ref var highest = ref _highest.Pointer[At(row, direction)];
        ref var sum = ref _sum.Pointer[At(row, direction)];
        var score = Score(output, direction);
        if (isFirst)
        {
            output.CopyTo(pooled);
            highest = score;
            sum = 1;
            return;
        }
        if (score > highest)
        {
            var factor = RowMath.Exp(highest - score);
            TensorPrimitives.Multiply(pooled, factor, pooled);
            sum *= factor;
            highest = score;
        }
        var weight = RowMath.Exp(score - highest);
        TensorPrimitives.MultiplyAdd(output, weight, pooled, pooled);
        sum += weight;
    }

    private void Return(ReadOnlySpan<float> output, Span<float> target, int row, int direction)
    {
        var gradient = Part(row, direction);
        var at = At(row, direction);
        var alpha = RowMath.Exp(Score(output, direction) - _highest.Pointer[at]) / _sum.Pointer[at];
        var ofMean = RowMath.Dot(gradient, Kept(row).Slice(direction * _length, _length));
        var ofScore = alpha * (RowMath.Dot(output, gradient) - ofMean) * _scale;
        TensorPrimitives.Multiply(gradient, alpha, target);
        TensorPrimitives.MultiplyAdd(Vector(direction), ofScore, target, target);
        var block = _gradient.Span.Slice(row / LostBitStore.RowsPerBlock * Stride + direction * _length, _length);
        TensorPrimitives.MultiplyAdd(output, ofScore, block, block);
    }
}
