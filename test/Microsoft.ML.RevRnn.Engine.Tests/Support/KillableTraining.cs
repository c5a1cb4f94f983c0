namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A training that a process of its own does, which can be killed.</summary>
internal static class KillableTraining
{
    public static CheckpointedRun Run(string kind, string? path) => CheckpointedRun.Of(kind).With(training => training with
    {
        MaximumEpochs = 12,
        BatchSize = 2,
        CheckpointPath = path,
        CheckpointInterval = path == null ? null : TimeSpan.Zero,
    });
}
