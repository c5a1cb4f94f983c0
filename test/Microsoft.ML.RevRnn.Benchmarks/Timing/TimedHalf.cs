using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>One of two actions that undo each other and so must be run in turns; the other one is not timed.</summary>
internal sealed class TimedHalf(Action forward, Action back, bool timeBack) : ITimed
{
    public double Run(int repeats)
    {
        var elapsed = 0L;
        for (var i = 0; i < repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            forward();
            var middle = Stopwatch.GetTimestamp();
            back();
            elapsed += timeBack ? Stopwatch.GetTimestamp() - middle : middle - start;
        }
        return Stopwatch.GetElapsedTime(0, elapsed).TotalMilliseconds / repeats;
    }
}
