using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A trainer of which each question whether to go on is seen.</summary>
internal sealed class AskedTrainer(ManagedTrainer trainer, Func<Func<bool>, bool> asked) : INetworkTrainer
{
    public NetworkParameters Parameters => trainer.Parameters;

    public ActivationAccount Account => trainer.Account;

    public long PeakBytes => trainer.PeakBytes;

    public Func<bool>? IsInterrupted
    {
        set => trainer.IsInterrupted = () => asked(value!);
    }

    public BatchResult Train(PackedBatch batch, ulong seed, bool continues = false) => trainer.Train(batch, seed, continues);

    public double Step(float learningRate, float weightDecay, float maximumGradientNorm) => trainer.Step(learningRate, weightDecay, maximumGradientNorm);

    public void BeginValidation() => trainer.BeginValidation();

    public BatchResult Evaluate(PackedBatch batch, bool continues = false) => trainer.Evaluate(batch, continues);

    public void Export() => trainer.Export();

    public void Import() => trainer.Import();

    public void SaveState(BinaryWriter writer) => trainer.SaveState(writer);

    public void LoadState(BinaryReader reader) => trainer.LoadState(reader);

    public int RowLimit(int steps, int most) => trainer.RowLimit(steps, most);

    public long LeastBytes(int rows, int steps) => trainer.LeastBytes(rows, steps);

    public void Dispose() => trainer.Dispose();
}
