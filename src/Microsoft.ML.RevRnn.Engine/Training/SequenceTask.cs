using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Training on whole sequences, each from a zero state to its end, in batches of about equal length.</summary>
internal sealed class SequenceTask : NetworkTask
{
    private readonly IReadOnlyList<int[]> _sequences;
    private readonly HeldBack _parts;
    private readonly BatchPlan _validationPlan;
    private BatchPlan _plan;
    private int[] _ofShard = [];

    /// <param name="sequences">All sequences.</param>
    /// <param name="parts">Which of them are held back.</param>
    /// <param name="trainer">Trains on them.</param>
    /// <param name="objective">What is learned of them.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">The longest sequence alone does not fit into the budget of memory.</exception>
    public SequenceTask(
        IReadOnlyList<int[]> sequences, HeldBack parts, INetworkTrainer trainer, Objective objective, TrainingOptions options)
        : base(trainer, objective, options)
    {
        _sequences = sequences;
        _parts = parts;
        CheckBudget();
        _plan = new BatchPlan(sequences, parts.Training, options.Rows, 0, RowLimit);
        _validationPlan = new BatchPlan(sequences, parts.Validation, options.Rows, 0);
    }

    public override int ValidationBatchCount => _validationPlan.BatchCount;

    public override int BeginEpoch(ulong key)
    {
        _plan = new BatchPlan(_sequences, _parts.Training, Options.Rows, key, RowLimit);
        return _plan.BatchCount;
    }

    public override long TokenCount(int batch)
    {
        long tokens = 0;
        foreach (var member in _plan.Batch(batch))
            tokens += Math.Max(1, _sequences[member].Length);
        return tokens;
    }

    public override BatchResult Train(int batch, Shard shard, ulong seed) => Train(shard.Of(_plan.Batch(batch), ref _ofShard), seed);

    public override BatchResult Evaluate(int batch, Shard shard) => Evaluate(shard.Of(_validationPlan.Batch(batch), ref _ofShard));

    public override void AddTokens(int batch, IReadOnlyList<TokenUnion> unions)
    {
        var shape = Trainer.Parameters.Encoder.Shape;
        foreach (var member in _plan.Batch(batch))
        {
            if (shape.FedBack == 0)
                unions[0].Add(_sequences[member], Vocabulary.EmptyToken);
            else
                AddPairs(unions[0], shape, _sequences[member]);
        }
    }

    /// <summary>What is read are pairs, of which each has the vectors of a token and of a class.</summary>
    private static void AddPairs(TokenUnion union, NetworkShape shape, int[] sequence)
    {
        ReadOnlySpan<int> pairs = sequence.Length == 0 ? [Vocabulary.EmptyToken] : sequence;
        foreach (var pair in pairs)
        {
            var (token, before) = FeedbackInput.Rows(shape, pair);
            union.Add([token]);
            if (before >= 0)
                union.Add([before]);
        }
    }

    /// <summary>Computes the gradients of the mean loss over some of the sequences.</summary>
    public BatchResult Train(ReadOnlySpan<int> members, ulong seed)
    {
        if (members.IsEmpty)
            return default;
        Batch.Fill(_sequences, members, Vocabulary.EmptyToken);
        return Trainer.Train(Batch, seed);
    }

    /// <summary>Loss of some of the sequences, without dropout.</summary>
    public BatchResult Evaluate(ReadOnlySpan<int> members)
    {
        if (members.IsEmpty)
            return default;
        Batch.Fill(_sequences, members, Vocabulary.EmptyToken);
        return Trainer.Evaluate(Batch);
    }

    public override void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(_sequences.Count);
        writer.Write(_parts.Validation.Length);
        foreach (var sequence in _sequences)
            Write(writer, sequence);
        base.WriteIdentity(writer);
    }

    /// <summary>One shard's activations are held at a time.</summary>
    private int RowLimit(int longest) =>
        Options.MemoryBudget == null ? Options.Rows : Options.Shards * Math.Max(1, Trainer.RowLimit(Math.Max(1, longest), Options.ShardRows));

    /// <summary>The longest sequence must fit by itself, or training would fail when its turn comes.</summary>
    private void CheckBudget()
    {
        var longest = _parts.Training.Length == 0 ? 1 : Math.Max(1, _parts.Training.Max(member => _sequences[member].Length));
        if (Options.MemoryBudget == null || Trainer.RowLimit(longest, 1) == 1)
            return;
        throw new ArgumentException(
            $"{nameof(TrainingOptions.MemoryBudget)} is {Options.MemoryBudget} bytes; the longest sequence has {longest} tokens and takes up to " +
            $"{Trainer.LeastBytes(1, longest)} by itself. Raise the budget, lower {nameof(NetworkOptions.HiddenSize)}, take a tighter " +
            $"{nameof(NetworkOptions.ForgettingLimit)}, or set {nameof(TrainingOptions.ActivationStrategy)} to {ActivationStrategy.Auto} or {ActivationStrategy.Hybrid}.");
    }
}
