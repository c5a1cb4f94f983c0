using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What the training loop needs of a kind of data: its batches in their order, and those of held-back data.</summary>
/// <param name="trainer">Trains on them.</param>
/// <param name="objective">What is learned of them.</param>
/// <param name="options">How to train.</param>
internal abstract class TrainingTask(INetworkTrainer trainer, Objective objective, TrainingOptions options)
{
    /// <summary>Computes gradients and updates weights.</summary>
    public INetworkTrainer Trainer { get; } = trainer;

    /// <summary>Counts what <see cref="Evaluate"/> is told, class by class; null where nobody asks.</summary>
    public ClassCounts? Counts => objective.Counts;

    /// <summary>Batches of held-back data.</summary>
    public abstract int ValidationBatchCount { get; }

    /// <summary>Rows and steps of the batch that was worked on last.</summary>
    public (int Rows, int Steps) Extent => (Batch.RowCount, Batch.StepCount);

    protected TrainingOptions Options { get; } = options;

    protected PackedBatch Batch { get; } = new();

    /// <summary>Arranges the batches of an epoch.</summary>
    /// <param name="key">Of all that is random in it.</param>
    /// <returns>The number of batches.</returns>
    public abstract int BeginEpoch(ulong key);

    /// <summary>Tokens of a batch of the epoch.</summary>
    public abstract long TokenCount(int batch);

    /// <summary>The learning rate for a batch of the epoch, as a factor of the schedule's.</summary>
    public virtual float RateFactor(int batch) => 1;

    /// <summary>Computes the gradients of the mean loss over a batch. Batches of an epoch are trained in their order.</summary>
    public abstract BatchResult Train(int batch, ulong seed);

    /// <summary>Loss of a batch of held-back data, without dropout. They are evaluated in their order, after <see cref="INetworkTrainer.BeginValidation"/>.</summary>
    public abstract BatchResult Evaluate(int batch);

    /// <summary>Writes what, beyond network and training options, the trained weights depend on.</summary>
    public virtual void WriteIdentity(BinaryWriter writer) => objective.WriteIdentity(writer);

    protected static void Write(BinaryWriter writer, ReadOnlySpan<int> tokens)
    {
        writer.Write(tokens.Length);
        writer.Write(MemoryMarshal.AsBytes(tokens));
    }
}
