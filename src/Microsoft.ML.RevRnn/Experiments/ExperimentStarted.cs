namespace Microsoft.ML.RevRnn;

/// <summary>The data were read and split; rivals and trainings begin.</summary>
/// <param name="Elapsed">Time since the beginning.</param>
/// <param name="TrainingRowCount">Rows that are trained on.</param>
/// <param name="ValidationRowCount">Rows that runs are ranked by.</param>
/// <param name="Seed">The seed.</param>
/// <param name="IsResumed">Whether it goes on from a state that there was.</param>
public sealed record ExperimentStarted(TimeSpan Elapsed, long TrainingRowCount, long ValidationRowCount, int Seed, bool IsResumed) : ExperimentEvent(Elapsed);
