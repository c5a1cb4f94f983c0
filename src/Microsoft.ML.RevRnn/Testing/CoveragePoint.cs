namespace Microsoft.ML.RevRnn;

/// <summary>How much is covered at a moment of the search.</summary>
/// <param name="ModelCalls">Changed texts that the model was asked of by then.</param>
/// <param name="Figures">How much is covered.</param>
public sealed record CoveragePoint(long ModelCalls, CoverageFigures Figures);
