using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Training on pairs of sequences, in batches whose sources are about equally long.</summary>
internal sealed class TranslationTask : ShardableTask
{
    private readonly IReadOnlyList<int[]> _sources;
    private readonly IReadOnlyList<int[]> _targets;
    private readonly HeldBack _parts;
    private readonly TranslationTrainer _trainer;
    private readonly TranslationObjective _objective;
    private readonly int[] _longestTargets;
    private readonly BatchPlan _validationPlan;
    private readonly PackedBatch _source = new();
    private readonly PackedBatch _target = new();
    private BatchPlan _plan;
    private int[] _ofShard = [];

    /// <param name="pairs">All pairs; targets with a boundary before them.</param>
    /// <param name="parts">Which of them are held back.</param>
    /// <param name="trainer">Trains on them.</param>
    /// <param name="objective">What is learned of them.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">The longest pair alone does not fit into the budget of memory.</exception>
    public TranslationTask(
        (IReadOnlyList<int[]> Sources, IReadOnlyList<int[]> Targets) pairs, HeldBack parts, TranslationTrainer trainer, TranslationObjective objective, TrainingOptions options)
        : base(options)
    {
        (_sources, _targets) = pairs;
        _parts = parts;
        _trainer = trainer;
        _objective = objective;
        _longestTargets = LongestTargets();
        CheckBudget();
        _plan = new BatchPlan(_sources, parts.Training, options.Rows, 0, RowLimit);
        _validationPlan = new BatchPlan(_sources, parts.Validation, options.Rows, 0);
    }

    public override ITrainer Trainer => _trainer;

    /// <summary>Whether epochs are chosen by a metric of the caller's, which a run that goes on from a checkpoint must be too.</summary>
    public bool HasMetric { get; init; }

    public override int ValidationBatchCount => _validationPlan.BatchCount;

    /// <summary>Rows, and steps of the longest source.</summary>
    public override (int Rows, int Steps) Extent => (_source.RowCount, _source.StepCount);

    public override int BeginEpoch(ulong key)
    {
        _plan = new BatchPlan(_sources, _parts.Training, Options.Rows, key, RowLimit);
        return _plan.BatchCount;
    }

    /// <summary>Of both sides.</summary>
    public override long TokenCount(int batch)
    {
        long tokens = 0;
        foreach (var member in _plan.Batch(batch))
            tokens += _sources[member].Length + _targets[member].Length;
        return tokens;
    }

    public override BatchResult Train(int batch, Shard shard, ulong seed)
        => Fill(shard.Of(_plan.Batch(batch), ref _ofShard)) ? _trainer.Train(_source, _target, seed) : default;

    public override BatchResult Evaluate(int batch, Shard shard)
        => Fill(shard.Of(_validationPlan.Batch(batch), ref _ofShard)) ? _trainer.Evaluate(_source, _target) : default;

    /// <summary>The first table is of the sources, the last one of the targets; they may be one.</summary>
    public override void AddTokens(int batch, IReadOnlyList<TokenUnion> unions)
    {
        foreach (var member in _plan.Batch(batch))
        {
            unions[0].Add(_sources[member], Vocabulary.EmptyToken);
            unions[^1].Add(_targets[member], Vocabulary.EmptyToken);
        }
    }

    public override void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(_sources.Count);
        writer.Write(_parts.Validation.Length);
        foreach (var sequence in _sources.Concat(_targets))
            Write(writer, sequence);
        writer.Write(HasMetric);
        _objective.WriteIdentity(writer);
    }

    private bool Fill(ReadOnlySpan<int> members)
    {
        if (members.IsEmpty)
            return false;
        _source.Fill(_sources, members, Vocabulary.EmptyToken);
        _target.Fill(_targets, members, Vocabulary.EmptyToken);
        return true;
    }

    /// <summary>One shard's activations are held at a time.</summary>
    private int RowLimit(int longest) => Options.MemoryBudget == null
        ? Options.Rows
        : Options.Shards * Math.Max(1, _trainer.RowLimit(Math.Max(1, longest), _longestTargets[Math.Min(longest, _longestTargets.Length - 1)], Options.ShardRows));

    /// <summary>Of each length of sources the steps of the longest target that one so long or shorter has.</summary>
    private int[] LongestTargets()
    {
        var longest = new int[1 + _parts.Training.Max(member => _sources[member].Length)];
        foreach (var member in _parts.Training)
        {
            ref var target = ref longest[_sources[member].Length];
            target = Math.Max(target, _targets[member].Length);
        }
        for (var length = 1; length < longest.Length; length++)
            longest[length] = Math.Max(longest[length], longest[length - 1]);
        return longest;
    }

    /// <summary>Each pair must fit by itself, or training would fail when its turn comes.</summary>
    private void CheckBudget()
    {
        var (source, target) = (Math.Max(1, _longestTargets.Length - 1), _longestTargets[^1]);
        if (Options.MemoryBudget is not { } budget || _trainer.RowLimit(source, target, 1) == 1)
            return;
        throw new ArgumentException(
            $"{nameof(TrainingOptions.MemoryBudget)} is {budget} bytes; the longest source has {source} tokens and the longest target {target - 1}, and such a pair takes up to " +
            $"{_trainer.LeastBytes(1, source, target)} by itself. Raise the budget, lower {nameof(NetworkOptions.HiddenSize)} or {nameof(TranslationOptions.SliceSize)}, take a tighter " +
            $"{nameof(NetworkOptions.ForgettingLimit)}, or set {nameof(TrainingOptions.ActivationStrategy)} to {ActivationStrategy.Auto} or {ActivationStrategy.Hybrid}.");
    }
}
