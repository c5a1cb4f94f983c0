namespace Microsoft.ML.RevRnn;

/// <summary>The training of a setting begins or goes on.</summary>
/// <param name="Elapsed">Time since the beginning.</param>
/// <param name="TrialId">The setting.</param>
/// <param name="Setting">The searched values, by name.</param>
/// <param name="Epochs">Where it will pause or end.</param>
public sealed record TrialStarted(TimeSpan Elapsed, int TrialId, IReadOnlyList<KeyValuePair<string, string>> Setting, int Epochs) : ExperimentEvent(Elapsed);
