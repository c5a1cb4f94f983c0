namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The median and the least milliseconds of each subject of an <see cref="Alternation"/>, and how often each was timed.</summary>
internal sealed record Timings(double[] Medians, double[] Least, int Runs);
