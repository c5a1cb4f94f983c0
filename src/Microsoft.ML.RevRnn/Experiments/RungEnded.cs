namespace Microsoft.ML.RevRnn;

/// <summary>All runs of a bracket have reached a rung.</summary>
/// <param name="Elapsed">Time since the beginning.</param>
/// <param name="Bracket">The bracket, from 0.</param>
/// <param name="Epochs">The rung.</param>
/// <param name="Promoted">The settings that go on, the best first; none at the last rung.</param>
/// <param name="Eliminated">Those that do not.</param>
public sealed record RungEnded(TimeSpan Elapsed, int Bracket, int Epochs, IReadOnlyList<int> Promoted, IReadOnlyList<int> Eliminated) : ExperimentEvent(Elapsed);
