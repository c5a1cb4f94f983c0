using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>A head for each direction of a bidirectional encoder, over that direction's own outputs. The loss is the sum of both.</summary>
/// <param name="other">Runs the direction from last to first.</param>
/// <param name="first">Reads the outputs of the direction from first to last.</param>
/// <param name="second">Reads those of the other one.</param>
internal sealed class DirectionalHeads(ISequenceEncoder other, ISequenceHead first, ISequenceHead second) : ISequenceHead
{
    public BatchResult Result => first.Result + second.Result;

    public float LossScale => first.LossScale;

    public void PackWeights(bool forTraining, ulong seed)
    {
        first.PackWeights(forTraining, seed);
        second.PackWeights(forTraining, seed);
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        first.Begin(batch, training, seed);
        second.Begin(batch, training, seed);
    }

    public void Forward(in Chunk chunk)
    {
        first.Forward(chunk);
        second.Forward(other.GetChunk(chunk.Index));
    }

    public void FinishForward()
    {
        first.FinishForward();
        second.FinishForward();
    }

    public void BeginBackward()
    {
        first.BeginBackward();
        second.BeginBackward();
    }

    public void Backward(in Chunk chunk)
    {
        first.Backward(chunk);
        second.Backward(other.GetChunk(chunk.Index));
    }

    public void FinishBackward()
    {
        first.FinishBackward();
        second.FinishBackward();
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
