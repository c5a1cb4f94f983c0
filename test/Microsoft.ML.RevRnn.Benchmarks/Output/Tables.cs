namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Measurements as rows of text, a table for each aspect.</summary>
internal static class Tables
{
    public static string[] Columns { get; } = ["Case", "Measured", "Against", "Theirs", "Ratio", "Runs"];

    /// <summary>Whether a column holds figures, which are aligned to the right.</summary>
    public static bool IsFigure(string column) => column is not ("Case" or "Against");

    public static IEnumerable<IGrouping<string, Measurement>> ByAspect(IEnumerable<Measurement> measurements) =>
        measurements.GroupBy(measurement => measurement.Aspect);

    public static string[] Row(Measurement measurement) =>
    [
        measurement.Case,
        Figure.Format(measurement.Value, measurement.Unit),
        measurement.Against,
        measurement.Theirs is { } theirs ? Figure.Format(theirs, measurement.Unit) : "",
        Figure.Ratio(measurement.Ratio),
        measurement.Runs?.ToString() ?? "",
    ];
}
