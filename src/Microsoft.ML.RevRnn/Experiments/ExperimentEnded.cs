namespace Microsoft.ML.RevRnn;

/// <summary>The experiment ended; a result follows if there is one.</summary>
/// <param name="Elapsed">Time since the beginning.</param>
/// <param name="End">Why.</param>
public sealed record ExperimentEnded(TimeSpan Elapsed, ExperimentEnd End) : ExperimentEvent(Elapsed);
