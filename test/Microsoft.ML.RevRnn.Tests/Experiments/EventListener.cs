namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>Hears of events at once, on the thread that makes them.</summary>
internal sealed class EventListener<T>(Action<T> listen) : IProgress<T>
{
    public void Report(T value) => listen(value);
}
