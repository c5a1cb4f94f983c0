using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Training on whole sequences, each from a zero state to its end, in batches of about equal length.</summary>
internal abstract class SequenceTask : TrainingTask
{
    private readonly int[] _training;
    private readonly int[] _validation;
    private readonly BatchPlan _validationPlan;
    private BatchPlan _plan;

    /// <param name="parameters">What is trained.</param>
    /// <param name="sequences">Training data; and held-back data behind it.</param>
    /// <param name="heldBack">How many of the sequences, the last ones, are held back; null for a random part of them.</param>
    /// <param name="options">How to train.</param>
    /// <param name="dropout">Rates of the stack's dropout.</param>
    /// <param name="team">Workers.</param>
    /// <param name="headBytes">Bytes of the head's buffers, where they do not depend on the batch.</param>
    protected SequenceTask(
        StackParameters parameters, IReadOnlyList<int[]> sequences, int? heldBack, TrainingOptions options, in DropoutRates dropout, WorkerTeam team,
        long headBytes = 0)
        : base(parameters, options, dropout, team, headBytes)
    {
        Sequences = sequences;
        var order = Parameter.Identity(sequences.Count);
        if (heldBack is { } count)
        {
            _training = order[..^count];
            _validation = order[^count..];
        }
        else
        {
            BatchPlan.Shuffle(order, CounterRandom.Key(CounterRandom.Mix(options.RandomSeed), 3));
            var held = (int)(order.Length * options.ValidationFraction);
            _validation = order[..held];
            _training = order[held..];
            Array.Sort(_validation);
            Array.Sort(_training);
        }
        CheckBudget();
        _plan = new BatchPlan(sequences, _training, options.BatchSize, 0, RowLimit);
        _validationPlan = new BatchPlan(sequences, _validation, options.BatchSize, 0);
    }

    public override int ValidationBatchCount => _validationPlan.BatchCount;

    protected IReadOnlyList<int[]> Sequences { get; }

    /// <summary>The sequences that are not held back.</summary>
    protected IEnumerable<int[]> TrainingSequences => _training.Select(member => Sequences[member]);

    public override int BeginEpoch(int epoch, ulong key)
    {
        _plan = new BatchPlan(Sequences, _training, Options.BatchSize, key, RowLimit);
        return _plan.BatchCount;
    }

    public override long TokenCount(int batch)
    {
        long tokens = 0;
        foreach (var member in _plan.Batch(batch))
            tokens += Math.Max(1, Sequences[member].Length);
        return tokens;
    }

    public override BatchResult Train(int batch, ulong dropoutSeed) => Train(_plan.Batch(batch), dropoutSeed);

    public override BatchResult Evaluate(int batch) => Evaluate(_validationPlan.Batch(batch));

    /// <summary>Computes the gradients of the mean loss over some of the sequences.</summary>
    public abstract BatchResult Train(ReadOnlySpan<int> members, ulong dropoutSeed);

    /// <summary>Loss of some of the sequences, without dropout.</summary>
    public abstract BatchResult Evaluate(ReadOnlySpan<int> members);

    public override void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(Sequences.Count);
        writer.Write(_validation.Length);
        foreach (var sequence in Sequences)
            Write(writer, sequence);
    }

    private int RowLimit(int longest) =>
        Options.MemoryBudget == null ? Options.BatchSize : Math.Max(1, Stack.RowLimit(Math.Max(1, longest), Options.BatchSize));

    /// <summary>The longest sequence must fit by itself, or training would fail when its turn comes.</summary>
    private void CheckBudget()
    {
        var longest = _training.Length == 0 ? 1 : Math.Max(1, _training.Max(member => Sequences[member].Length));
        if (Options.MemoryBudget == null || Stack.RowLimit(longest, 1) == 1)
            return;
        throw new ArgumentException(
            $"{nameof(TrainingOptions.MemoryBudget)} is {Options.MemoryBudget} bytes; the longest sequence has {longest} tokens and takes up to " +
            $"{Stack.LeastBytes(1, longest)} by itself. Raise the budget, lower {nameof(NetworkOptions.HiddenSize)}, take a tighter " +
            $"{nameof(NetworkOptions.ForgettingLimit)}, or set {nameof(TrainingOptions.ActivationStrategy)} to {ActivationStrategy.Auto} or {ActivationStrategy.Hybrid}.");
    }
}
