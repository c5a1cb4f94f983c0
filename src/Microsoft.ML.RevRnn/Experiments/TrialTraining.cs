namespace Microsoft.ML.RevRnn;

/// <summary>Where a training stands; a few times a second, and after each epoch.</summary>
/// <param name="Elapsed">Time since the beginning.</param>
/// <param name="TrialId">The setting.</param>
/// <param name="Training">Where it stands.</param>
public sealed record TrialTraining(TimeSpan Elapsed, int TrialId, TrainingProgress Training) : ExperimentEvent(Elapsed);
