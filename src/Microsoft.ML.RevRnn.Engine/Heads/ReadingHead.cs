using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>A head that reads outputs and teaches nothing.</summary>
internal abstract class ReadingHead : ISequenceHead
{
    public BatchResult Result => default;

    public float LossScale => throw Unteachable();

    public virtual ISequenceHead Scoring => this;

    public virtual void PackWeights(bool forTraining, ulong seed)
    {
    }

    public virtual void ShareWeights(ISequenceHead? owner) => PackWeights(forTraining: false, 0);

    public virtual void Begin(PackedBatch batch, bool training, ulong seed)
    {
    }

    public virtual void Release()
    {
    }

    public abstract void Forward(in Chunk chunk);

    public virtual void FinishForward()
    {
    }

    public void BeginBackward() => throw Unteachable();

    public void Backward(in Chunk chunk) => throw Unteachable();

    public void FinishBackward() => throw Unteachable();

    public abstract void Dispose();

    private static NotSupportedException Unteachable() => new("This head only reads, and has no loss.");
}
