namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Something that can be run and timed by itself, here or in another process.</summary>
internal interface ITimed
{
    /// <summary>Mean milliseconds of one of <paramref name="repeats"/> consecutive runs.</summary>
    double Run(int repeats);
}
