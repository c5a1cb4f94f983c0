using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// Times several subjects by turns, so that whatever slows the machine for a while slows all of them, and compares their medians.
/// </summary>
internal static class Alternation
{
    private const int LeastWarmUps = 3;
    private const int LeastRounds = 7;
    private const int MostRounds = 51;

    /// <summary>Warms up all subjects, then times them by turns.</summary>
    public static Timings Run(Pace pace, params ReadOnlySpan<ITimed> subjects)
    {
        var repeats = new int[subjects.Length];
        for (var i = 0; i < subjects.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            var shortest = double.PositiveInfinity;
            for (var run = 0; run < LeastWarmUps || clock.Elapsed < pace.WarmUp; run++)
                shortest = Math.Min(shortest, subjects[i].Run(1));
            repeats[i] = (int)Math.Clamp(Math.Ceiling(pace.LeastMilliseconds / shortest), 1, 10_000);
        }

        var times = new List<double>[subjects.Length];
        for (var i = 0; i < times.Length; i++)
            times[i] = [];
        var total = Stopwatch.StartNew();
        for (var round = 0; round < LeastRounds || (round < MostRounds && total.Elapsed < pace.Budget); round++)
        {
            for (var i = 0; i < subjects.Length; i++)
                times[i].Add(subjects[i].Run(repeats[i]));
        }
        return new Timings([.. times.Select(Median)], [.. times.Select(Enumerable.Min)], times[0].Count);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
