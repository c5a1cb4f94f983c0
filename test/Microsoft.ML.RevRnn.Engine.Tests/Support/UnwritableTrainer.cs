using Microsoft.ML.RevRnn.Training;
using Microsoft.ML.RevRnn.TrainingSupport;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A trainer whose state cannot be written, as if the disk were full by then.</summary>
internal sealed class UnwritableTrainer(INetworkTrainer trainer, Exception reason) : ForwardingTrainer(trainer)
{
    public override void SaveState(BinaryWriter writer) => throw reason;

    public override void LoadState(BinaryReader reader) => throw reason;
}
