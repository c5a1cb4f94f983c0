using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What the training loop needs of a kind of data: its batches in their order, and those of held-back data.</summary>
/// <param name="options">How to train.</param>
internal abstract class TrainingTask(TrainingOptions options)
{
    /// <summary>Computes gradients and updates weights.</summary>
    public abstract ITrainer Trainer { get; }

    /// <summary>Counts what <see cref="Evaluate"/> is told, class by class; null where nobody asks.</summary>
    public virtual ClassCounts? Counts => null;

    /// <summary>Batches of held-back data.</summary>
    public abstract int ValidationBatchCount { get; }

    /// <summary>Rows and steps of the batch that was worked on last.</summary>
    public abstract (int Rows, int Steps) Extent { get; }

    /// <summary>What that batch took.</summary>
    public virtual ActivationAccount Account => Trainer.Account;

    /// <summary>Decides for all ranks that train together.</summary>
    public virtual Leader Leader { get; } = new(null);

    protected TrainingOptions Options { get; } = options;

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

    /// <summary>Loss of a batch of held-back data, without dropout. They are evaluated in their order, after <see cref="ITrainer.BeginValidation"/>.</summary>
    public abstract BatchResult Evaluate(int batch);

    /// <summary>Ends the evaluation of held-back data.</summary>
    /// <param name="sum">What this process found of all batches, or that it gave up.</param>
    /// <returns>The same of all ranks that train together.</returns>
    public virtual BatchResult EndValidation(BatchResult sum) => sum;

    /// <summary>Brings together what ranks know apart from each other; before <see cref="ITrainer.SaveState"/>.</summary>
    public virtual void PrepareCheckpoint()
    {
    }

    /// <summary>Writes what, beyond network and training options, the trained weights depend on.</summary>
    public abstract void WriteIdentity(BinaryWriter writer);

    protected static void Write(BinaryWriter writer, ReadOnlySpan<int> tokens)
    {
        writer.Write(tokens.Length);
        writer.Write(MemoryMarshal.AsBytes(tokens));
    }
}
