namespace Microsoft.ML.RevRnn;

/// <summary>What a translation model makes of a pair.</summary>
/// <param name="Likelihood">log p of the target and its end, given the source.</param>
/// <param name="Correct">How many of these predictions had what follows as their most probable token.</param>
public readonly record struct TranslationScore(SequenceScore Likelihood, long Correct)
{
    /// <summary>The score of two pairs together.</summary>
    public static TranslationScore operator +(TranslationScore left, TranslationScore right) => new(left.Likelihood + right.Likelihood, left.Correct + right.Correct);
}
