using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The output of each row after its last step.</summary>
/// <param name="stride">Length of a row of outputs.</param>
/// <param name="meter">Counts its buffer.</param>
/// <param name="adds">Whether the gradient by the outputs is added to what is there, that of another pooling.</param>
internal sealed unsafe class LastPooling(int stride, MemoryMeter? meter, bool adds = false) : Pooling(stride)
{
    private readonly NativeBuffer<float> _last = new(meter);

    public override int Parts => 1;

    public override Span<float> Pooled(int row, int part) => new(_last.Pointer + (nint)row * Stride, Stride);

    public override void Begin(PackedBatch batch) => _last.EnsureLength((long)batch.RowCount * Stride);

    public override void Forward(in Chunk chunk, float* outputs, int begin, int end)
    {
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = begin; b < Math.Min(end, chunk.ActiveRows(s)); b++)
            {
                if (chunk.First + s == chunk.Batch.Length(b) - 1)
                    new ReadOnlySpan<float>(outputs + (nint)(chunk.FlatRow(s) + b) * Stride, Stride).CopyTo(Pooled(b, 0));
            }
        }
    }

    public override void Finish()
    {
    }

    public override void Backward(in Chunk chunk, float* outputs, float* outputGradient, int begin, int end)
    {
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = begin; b < Math.Min(end, chunk.ActiveRows(s)); b++)
            {
                var target = new Span<float>(outputGradient + (nint)(chunk.FlatRow(s) + b) * Stride, Stride);
                if (!adds)
                    target.Clear();
                if (chunk.First + s == chunk.Batch.Length(b) - 1)
                    TensorPrimitives.Add(target, Pooled(b, 0), target);
            }
        }
    }

    public override void Dispose() => _last.Dispose();
}
