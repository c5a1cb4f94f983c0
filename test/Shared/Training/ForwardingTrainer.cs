using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.TrainingSupport;

/// <summary>A trainer that does what another one does, but for what a test overrides.</summary>
internal abstract class ForwardingTrainer(INetworkTrainer trainer) : INetworkTrainer
{
    public NetworkParameters Parameters => trainer.Parameters;

    public ActivationAccount Account => trainer.Account;

    public long PeakBytes => trainer.PeakBytes;

    public virtual Func<bool>? IsInterrupted
    {
        set => trainer.IsInterrupted = value;
    }

    public virtual BatchResult Train(PackedBatch batch, ulong seed, bool continues = false) => trainer.Train(batch, seed, continues);

    public virtual double Step(float learningRate, float weightDecay, float maximumGradientNorm) => trainer.Step(learningRate, weightDecay, maximumGradientNorm);

    public void BeginValidation() => trainer.BeginValidation();

    public BatchResult Evaluate(PackedBatch batch, bool continues = false) => trainer.Evaluate(batch, continues);

    public void Export() => trainer.Export();

    public void Import() => trainer.Import();

    public virtual void SaveState(BinaryWriter writer) => trainer.SaveState(writer);

    public virtual void LoadState(BinaryReader reader) => trainer.LoadState(reader);

    public int RowLimit(int steps, int most) => trainer.RowLimit(steps, most);

    public long LeastBytes(int rows, int steps) => trainer.LeastBytes(rows, steps);

    public void Dispose() => trainer.Dispose();
}
