using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <content>Training on more than one machine, see docs/distributed.md.</content>
public sealed partial record TrainingOptions
{
    /// <summary>What is said where shards are asked of a GPU.</summary>
    internal const string ShardsOnGpu =
        $"Training in {nameof(Shards)}, or with {nameof(BatchesPerStep)}, is done on the processor; leave {nameof(GpuDeviceId)} unset, or set {nameof(FallbackToCpu)}.";

    /// <summary>
    /// S: the shards that each batch is cut into, 1 to 1,024: sequences in turns, streams in runs. Their gradients are added in one binary tree over the shards, and dropout is each shard's own,
    /// so that the weights depend on S and not on how many ranks of a <see cref="Group"/> share the work: they are the same bits for 1, 2 or S of them. A
    /// <see cref="MemoryBudget"/> is that of a shard, of which a rank works on one at a time. 1, the default, is a batch as it is; a group needs as many shards as it has ranks at least,
    /// and a number that the ranks divide shares the work evenly.
    /// </summary>
    public int Shards { get; init; } = 1;

    /// <summary>
    /// The ranks that train together, each with this call on the same data with the same options; null for this process alone. Rank 0 decides over time limit and cancellation, writes the
    /// <see cref="CheckpointPath"/>, and is told of progress; each rank returns the same model. The <see cref="Seed"/> is that of rank 0.
    /// </summary>
    [JsonIgnore]
    public IGradientGroup? Group { get; init; }

    /// <summary>In which numbers gradients go from rank to rank.</summary>
    public GradientFormat GradientFormat { get; init; }

    /// <summary>
    /// k: batches whose gradients are added up, each prediction counting the same, before the weights are updated once, 1 to 10,000: ranks then exchange gradients once for k batches, and
    /// memory is that of one. An epoch has as many fewer updates; the last one may have fewer batches.
    /// </summary>
    public int BatchesPerStep { get; init; } = 1;

    /// <summary>Whether a step is more than one batch whose gradients are the weights' at once.</summary>
    internal bool IsSharded => Shards > 1 || BatchesPerStep > 1 || GradientFormat != GradientFormat.Single;

    /// <summary>Most sequences of a shard.</summary>
    internal int ShardRows => (Rows + Shards - 1) / Shards;

    private void ValidateShards()
    {
        OptionCheck.Range(nameof(Shards), Shards, 1, 1024);
        OptionCheck.Range(nameof(BatchesPerStep), BatchesPerStep, 1, 10_000);
        OptionCheck.Defined(nameof(GradientFormat), GradientFormat);
        if (Group is { } group && group.Size > Shards)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Shards), Shards, $"{nameof(Shards)} is {Shards}, and the {nameof(Group)} has {group.Size} ranks, each of which needs one; set it to {group.Size} or a multiple of that.");
        }
    }
}
