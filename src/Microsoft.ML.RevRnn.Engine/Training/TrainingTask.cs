using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What the training loop needs of a kind of model: batches, their gradients, and the loss on held-back data without dropout.</summary>
internal abstract class TrainingTask : IDisposable
{
    /// <param name="parameters">What is trained.</param>
    /// <param name="options">How to train.</param>
    /// <param name="dropout">Rates of the stack's dropout.</param>
    /// <param name="team">Workers.</param>
    /// <param name="headBytes">Bytes of the head's buffers, where they do not depend on the batch.</param>
    /// <param name="carriesStates">Whether batches go on from each other.</param>
    protected TrainingTask(
        StackParameters parameters, TrainingOptions options, in DropoutRates dropout, WorkerTeam team, long headBytes = 0, bool carriesStates = false)
    {
        Parameters = parameters;
        Options = options;
        // Reversal is the default; a cell that cannot be reversed, and was chosen all the same, must do without.
        var strategy = options.ActivationStrategy == ActivationStrategy.Reversible && !parameters.Options.Shape(0).IsReversible
            ? ActivationStrategy.Stored
            : options.ActivationStrategy;
        Stack = new RecurrentStack(parameters, CellArithmetic.Reversible, strategy, dropout, team, SimdWidths.Best)
        {
            MaximumStateGradientNorm = options.MaximumStateGradientNorm,
            MemoryBudget = options.MemoryBudget ?? long.MaxValue,
            HeadBytes = headBytes,
            CarriesStates = carriesStates,
        };
        Evaluator = new RecurrentStack(parameters, CellArithmetic.Inference, ActivationStrategy.Reversible, DropoutRates.None, team, SimdWidths.Best);
        Stack.PrepareTraining();
    }

    /// <summary>The stack that is trained; it has the account of memory and lost bits.</summary>
    public RecurrentStack Stack { get; }

    /// <summary>The parameters with dense gradients.</summary>
    public abstract IEnumerable<Parameter> Dense { get; }

    public StackParameters Parameters { get; }

    /// <summary>Bits held for reversal, summed over the batches so far.</summary>
    public long LostBits { get; protected set; }

    /// <summary>Batches of held-back data.</summary>
    public abstract int ValidationBatchCount { get; }

    protected TrainingOptions Options { get; }

    protected RecurrentStack Evaluator { get; }

    protected PackedBatch Batch { get; } = new();

    /// <summary>Arranges the batches of an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="key">Of all that is random in it.</param>
    /// <returns>The number of batches.</returns>
    public abstract int BeginEpoch(int epoch, ulong key);

    /// <summary>Tokens of a batch of the epoch.</summary>
    public abstract long TokenCount(int batch);

    /// <summary>The learning rate for a batch of the epoch, as a factor of the schedule's.</summary>
    public virtual float RateFactor(int batch) => 1;

    /// <summary>Computes the gradients of the mean loss over a batch. Batches of an epoch are trained in their order.</summary>
    public abstract BatchResult Train(int batch, ulong dropoutSeed);

    /// <summary>Brings the evaluator's weights up to date.</summary>
    public virtual void BeginValidation() => Evaluator.PackWeights(forTraining: false);

    /// <summary>Loss of a batch of held-back data, without dropout. They are evaluated in their order.</summary>
    public abstract BatchResult Evaluate(int batch);

    /// <summary>Writes what, beyond network and training options, the trained weights depend on.</summary>
    public abstract void WriteIdentity(BinaryWriter writer);

    public virtual void Dispose()
    {
        foreach (var parameter in Dense)
            parameter.DropGradient();
        Stack.Dispose();
        Evaluator.Dispose();
    }

    protected static void Write(BinaryWriter writer, ReadOnlySpan<int> tokens)
    {
        writer.Write(tokens.Length);
        writer.Write(MemoryMarshal.AsBytes(tokens));
    }
}
