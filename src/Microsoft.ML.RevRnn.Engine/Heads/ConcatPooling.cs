using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The vectors of one pooling, and behind them the output after the last step. It is in the mean and maybe in the maximum too, so its gradient is added to theirs.</summary>
internal sealed unsafe class ConcatPooling(Pooling first, LastPooling last) : Pooling(first.Stride)
{
    private PackedBatch _batch = new();

    public override int Parts => first.Parts + last.Parts;

    public override Span<float> Pooled(int row, int part) => part < first.Parts ? first.Pooled(row, part) : last.Pooled(row, part - first.Parts);

    public override void Begin(PackedBatch batch)
    {
        _batch = batch;
        first.Begin(batch);
        last.Begin(batch);
    }

    public override void Forward(in Chunk chunk, float* outputs, int begin, int end)
    {
        first.Forward(chunk, outputs, begin, end);
        last.Forward(chunk, outputs, begin, end);
    }

    public override void Finish()
    {
        first.Finish();
        last.Finish();
    }

    public override void BeginBackward() => first.BeginBackward();

    public override void Backward(in Chunk chunk, float* outputs, float* outputGradient, int begin, int end)
    {
        first.Backward(chunk, outputs, outputGradient, begin, end);
        for (var b = begin; b < Math.Min(end, chunk.ActiveRows(0)); b++)
        {
            var step = _batch.Length(b) - 1 - chunk.First;
            if (step < 0 || step >= chunk.Steps)
                continue;
            var target = new Span<float>(outputGradient + (nint)(chunk.FlatRow(step) + b) * Stride, Stride);
            TensorPrimitives.Add(target, last.Pooled(b, 0), target);
        }
    }

    public override void FinishBackward() => first.FinishBackward();

    public override void Dispose()
    {
        first.Dispose();
        last.Dispose();
    }
}
