namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Keeps what was reported, and passes it on at once.</summary>
internal sealed class Listener(Action<TrainingProgress>? also = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        also?.Invoke(value);
    }
}
