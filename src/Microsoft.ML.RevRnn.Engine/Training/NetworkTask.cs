using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Data that one network learns from, a batch of sequences at a time.</summary>
/// <param name="trainer">Trains on them.</param>
/// <param name="objective">What is learned of them.</param>
/// <param name="options">How to train.</param>
internal abstract class NetworkTask(INetworkTrainer trainer, Objective objective, TrainingOptions options) : ShardableTask(options)
{
    public override INetworkTrainer Trainer => trainer;

    public override ClassCounts? Counts => objective.Counts;

    public override (int Rows, int Steps) Extent => (Batch.RowCount, Batch.StepCount);

    protected PackedBatch Batch { get; } = new();

    public override void WriteIdentity(BinaryWriter writer) => objective.WriteIdentity(writer);
}
