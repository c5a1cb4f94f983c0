using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The vectors of one pooling, and behind them those of another, which adds its gradient by the outputs to the first one's.</summary>
internal sealed unsafe class ConcatPooling(Pooling first, Pooling second) : Pooling(first.Stride)
{
    public override int Parts => first.Parts + second.Parts;

    public override Span<float> Pooled(int row, int part) => part < first.Parts ? first.Pooled(row, part) : second.Pooled(row, part - first.Parts);

    public override void Begin(PackedBatch batch)
    {
        first.Begin(batch);
        second.Begin(batch);
    }

    public override void Forward(in Chunk chunk, float* outputs, int begin, int end)
    {
        first.Forward(chunk, outputs, begin, end);
        second.Forward(chunk, outputs, begin, end);
    }

    public override void Finish()
    {
        first.Finish();
        second.Finish();
    }

    public override void BeginBackward()
    {
        first.BeginBackward();
        second.BeginBackward();
    }

    public override void Backward(in Chunk chunk, float* outputs, float* outputGradient, int begin, int end)
    {
        first.Backward(chunk, outputs, outputGradient, begin, end);
        second.Backward(chunk, outputs, outputGradient, begin, end);
    }

    public override void FinishBackward()
    {
        first.FinishBackward();
        second.FinishBackward();
    }

    public override void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
