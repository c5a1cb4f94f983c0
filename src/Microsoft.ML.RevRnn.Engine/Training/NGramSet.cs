namespace Microsoft.ML.RevRnn;

/// <summary>The n-grams of the sequences of a training, and how they are to be learned from.</summary>
/// <param name="Options">Which n-grams they are, and how their map is trained.</param>
/// <param name="Vectors">Those of each sequence.</param>
public sealed record NGramSet(NGramOptions Options, IReadOnlyList<NGramVector> Vectors)
{
    /// <summary>
    /// How much the scores of the network and of the n-grams count where nothing is held back that could tell, such as where a choice that was made with held-back
    /// sequences is trained on all of them; null for 0.25 and 1.
    /// </summary>
    public (float Network, float NGrams)? Shares { get; init; }
}
