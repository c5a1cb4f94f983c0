namespace Microsoft.ML.RevRnn;

/// <summary>A run reached a rung or its end, or cannot be run.</summary>
/// <param name="Elapsed">Time since the beginning.</param>
/// <param name="Run">The run so far, without its model.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record RunEvaluated(TimeSpan Elapsed, RunDetail Run, bool IsBest) : ExperimentEvent(Elapsed);
