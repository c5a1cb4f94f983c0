namespace Microsoft.ML.RevRnn;

/// <summary>How often a word was among the most probable ones when so many of its letters had been read.</summary>
/// <param name="Letters">The letters, 0 for none but what stands before the word.</param>
/// <param name="Count">Positions at which a word was to be told.</param>
/// <param name="TopAccuracy">[k]: the part of them at which it was the most probable one, one of the two most probable, and so on.</param>
public sealed record LetterAccuracy(int Letters, long Count, IReadOnlyList<double> TopAccuracy);
