namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Hears of progress at once, on the thread that makes it. (<see cref="Progress{T}"/> posts it to another.)</summary>
internal sealed class Listener(Action<TrainingProgress> listen) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => listen(value);
}
