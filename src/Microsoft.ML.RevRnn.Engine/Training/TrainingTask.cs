using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What the training loop needs of a kind of model: gradients of a batch, and the loss of a batch without dropout.</summary>
internal abstract class TrainingTask : IDisposable
{
    protected TrainingTask(StackParameters parameters, IReadOnlyList<int[]> sequences, TrainingOptions options, WorkerTeam team)
    {
        Sequences = sequences;
        Parameters = parameters;
        Stack = new RecurrentStack(parameters, CellArithmetic.Reversible, options.ActivationStrategy, options.Dropout, team, SimdWidths.Best)
        {
            MaximumStateGradientNorm = options.MaximumStateGradientNorm,
            MemoryBudget = options.MemoryBudget == 0 ? long.MaxValue : options.MemoryBudget,
        };
        Evaluator = new RecurrentStack(parameters, CellArithmetic.Inference, ActivationStrategy.Reversible, 0, team, SimdWidths.Best);
        Stack.PrepareTraining();
    }

    public IReadOnlyList<int[]> Sequences { get; }

    /// <summary>The stack that is trained; it has the account of memory and lost bits.</summary>
    public RecurrentStack Stack { get; }

    /// <summary>Every parameter but the embedding's table.</summary>
    public abstract IEnumerable<Parameter> Dense { get; }

    public StackParameters Parameters { get; }

    /// <summary>Bits held for reversal, summed over the batches so far.</summary>
    public long LostBits { get; protected set; }

    protected RecurrentStack Evaluator { get; }

    protected PackedBatch Batch { get; } = new();

    /// <summary>Computes the gradients of the mean loss over a batch.</summary>
    public abstract BatchResult Train(ReadOnlySpan<int> members, ulong dropoutSeed);

    /// <summary>Brings the evaluator's weights up to date.</summary>
    public virtual void PrepareEvaluation() => Evaluator.PackWeights(forTraining: false);

    /// <summary>Loss of a batch, without dropout.</summary>
    public abstract BatchResult Evaluate(ReadOnlySpan<int> members);

    public virtual void Dispose()
    {
        foreach (var parameter in Dense)
            parameter.DropGradient();
        Stack.Dispose();
        Evaluator.Dispose();
    }

    /// <summary>Packs the weights and starts a batch on the stack that is trained.</summary>
    protected void Begin(ReadOnlySpan<int> members, ulong dropoutSeed)
    {
        Batch.Fill(Sequences, members, Vocabulary.EmptyToken);
        Stack.PackWeights(forTraining: true);
        Stack.Begin(Batch, training: true, dropoutSeed);
    }
}
