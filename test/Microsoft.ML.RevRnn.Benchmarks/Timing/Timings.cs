namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The median milliseconds of each subject of an <see cref="Alternation"/>, and how often each was timed.</summary>
internal sealed record Timings(double[] Medians, int Runs);
