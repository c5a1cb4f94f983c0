using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A trainer whose state cannot be written, as if the disk were full by then.</summary>
internal sealed class UnwritableTrainer(ManagedTrainer trainer, Exception reason) : INetworkTrainer
{
    public NetworkParameters Parameters => trainer.Parameters;

    public ActivationAccount Account => trainer.Account;

    public long PeakBytes => trainer.PeakBytes;

    public Func<bool>? IsInterrupted
    {
        set => trainer.IsInterrupted = value;
    }

    public BatchResult Train(PackedBatch batch, ulong seed, bool continues = false) => trainer.Train(batch, seed, continues);

    public double Step(float learningRate, float weightDecay, float maximumGradientNorm) =>
        trainer.Step(learningRate, weightDecay, maximumGradientNorm);

    public void BeginValidation() => trainer.BeginValidation();

    public BatchResult Evaluate(PackedBatch batch, bool continues = false) => trainer.Evaluate(batch, continues);

    public void Export() => trainer.Export();

    public void Import() => trainer.Import();

    public void SaveState(BinaryWriter writer) => throw reason;

    public void LoadState(BinaryReader reader) => throw reason;

    public int RowLimit(int steps, int most) => trainer.RowLimit(steps, most);

    public long LeastBytes(int rows, int steps) => trainer.LeastBytes(rows, steps);

    public void Dispose() => trainer.Dispose();
}
