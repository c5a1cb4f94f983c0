using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>An action of this process, timed.</summary>
internal sealed class TimedAction(Action action) : ITimed
{
    public double Run(int repeats)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++)
            action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / repeats;
    }
}
