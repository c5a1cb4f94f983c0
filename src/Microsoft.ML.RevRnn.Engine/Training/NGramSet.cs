namespace Microsoft.ML.RevRnn;

/// <summary>The n-grams of the sequences of a training, and how they are to be learned from.</summary>
/// <param name="Options">Which n-grams they are, and how their map is trained.</param>
/// <param name="Vectors">Those of each sequence.</param>
public sealed record NGramSet(NGramOptions Options, IReadOnlyList<NGramVector> Vectors);
