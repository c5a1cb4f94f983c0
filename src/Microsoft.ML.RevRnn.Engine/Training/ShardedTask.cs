using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Groups;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Trains on batches in S shards, each by a rank that has it, some batches to a step. The bits hang on the shards alone: a shard's dropout is its own, its gradient that of
/// the sum of its losses, and all are added in the order of <see cref="ShardSum"/>, whoever computed them.
/// </summary>
internal sealed class ShardedTask : TrainingTask, IDisposable
{
    private readonly ShardableTask _task;
    private readonly IShardTrainer _trainer;
    private readonly ShardGradients _gradients;
    private readonly ShardSum _sum;
    private readonly ShardTable _training;
    private readonly ShardTable _validation;
    private readonly int _shards;
    private int _batchCount;

    /// <param name="task">The batches.</param>
    /// <param name="options">How many shards, and whose.</param>
    /// <exception cref="NotSupportedException">What trains keeps its gradients to itself.</exception>
    public ShardedTask(ShardableTask task, TrainingOptions options)
        : base(options)
    {
        _task = task;
        _shards = options.Shards;
        _trainer = task.Trainer as IShardTrainer ?? throw new NotSupportedException(TrainingOptions.ShardsOnGpu);
        Leader = new Leader(options.Group);
        _gradients = new ShardGradients(_trainer);
        _sum = new ShardSum(_shards, Leader.Group, options.GradientFormat);
        _training = new ShardTable(_shards, Leader);
        _validation = new ShardTable(_shards, Leader);
        _trainer.BeginShards(_shards);
    }

    public override Leader Leader { get; }

    public override ITrainer Trainer => _trainer;

    public override ClassCounts? Counts => _task.Counts;

    public override int ValidationBatchCount => _task.ValidationBatchCount;

    public override (int Rows, int Steps) Extent => _training.Extent;

    public override ActivationAccount Account => _training.Account;

    public override int BeginEpoch(ulong key)
    {
        _batchCount = _task.BeginEpoch(key);
        return (_batchCount + Options.BatchesPerStep - 1) / Options.BatchesPerStep;
    }

    public override long TokenCount(int step)
    {
        var tokens = 0L;
        for (var (batch, end) = Batches(step); batch < end; batch++)
            tokens += _task.TokenCount(batch);
        return tokens;
    }

    /// <summary>The mean of its batches' factors.</summary>
    public override float RateFactor(int step)
    {
        var (first, end) = Batches(step);
        var sum = 0f;
        for (var batch = first; batch < end; batch++)
            sum += _task.RateFactor(batch);
        return sum / (end - first);
    }

    public override BatchResult Train(int step, ulong seed)
    {
        var (first, end) = Batches(step);
        _gradients.Begin();
        for (var batch = first; batch < end; batch++)
            _task.AddTokens(batch, _gradients.Unions);
        _sum.Begin(_gradients.Length);
        _training.Clear();
        for (var shard = _sum.Own.First; shard < _sum.Own.End && !_training.IsGivenUp; shard++)
            TrainShard(shard, (first, end), seed);
        var result = _training.Share();
        _trainer.EndStep(result.IsUsable);
        if (result.IsUsable)
            _gradients.Set(_sum.Finish(), 1 / (float)result.Weight);
        else
            _trainer.DiscardGradients();
        return result;
    }

    public override BatchResult Evaluate(int batch)
    {
        if (batch == 0)
            _validation.Clear();
        var sum = default(BatchResult);
        for (var shard = _sum.Own.First; shard < _sum.Own.End; shard++)
        {
            _trainer.Shard = shard;
            var result = _task.Evaluate(batch, new Shard(shard, _shards));
            if (result.IsGivenUp)
                return result;
            _validation.Add(shard, result);
            sum += result;
        }
        return sum;
    }

    /// <summary>Joins what each rank has found. One that was interrupted has it all given up.</summary>
    public override BatchResult EndValidation(BatchResult sum)
    {
        if (sum.IsGivenUp)
            _validation.GiveUp();
        var joined = _validation.Share();
        if (Leader.Group is { } group && Counts is { } counts && !joined.IsGivenUp)
            counts.Join(group);
        return joined;
    }

    /// <summary>Brings the states of all shards to all ranks: rank 0 will write them, and any rank may have any shard when training goes on.</summary>
    public override void PrepareCheckpoint()
    {
        if (Leader.Group is not { } group || !_trainer.CarriesStates)
            return;
        for (var shard = 0; shard < _shards; shard++)
        {
            group.Share(
                ShardRanges.Owner(shard, group.Size, _shards), writer => _trainer.WriteStates(shard, writer), reader => _trainer.ReadStates(shard, reader));
        }
    }

    public override void WriteIdentity(BinaryWriter writer) => _task.WriteIdentity(writer);

    public void Dispose() => _sum.Dispose();

    private (int First, int End) Batches(int step) => (step * Options.BatchesPerStep, Math.Min(_batchCount, (step + 1) * Options.BatchesPerStep));

    private void TrainShard(int shard, (int First, int End) batches, ulong seed)
    {
        _trainer.Shard = shard;
        var gradients = _sum.Leaf(shard);
        for (var batch = batches.First; batch < batches.End; batch++)
        {
            var key = CounterRandom.Key(seed, RandomUse.Shard, (ulong)((batch - batches.First) * _shards + shard));
            var result = _task.Train(batch, new Shard(shard, _shards), key);
            if (result.IsGivenUp)
            {
                _training.GiveUp();
                return;
            }
            if (result.Predictions == 0)
                continue;
            _training.Add(shard, result);
            _training.Add(shard, _trainer.Account, _task.Extent);
            // Of a loss that is no number there is no gradient, nor of examples that all weigh nothing.
            if (result.IsUsable && result.Weight > 0)
                _gradients.AddTo(gradients, (float)result.Weight);
            else
                _trainer.DiscardGradients();
        }
        _sum.Add(shard);
    }
}
