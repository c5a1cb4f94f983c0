namespace Microsoft.ML.RevRnn.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Style">The class of its stroke in the style sheet.</param>
/// <param name="Values">A value for each epoch; null for none.</param>
internal sealed record Series(string Name, string Style, IReadOnlyList<double?> Values);
