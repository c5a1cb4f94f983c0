namespace Microsoft.ML.RevRnn;

/// <summary>How much of texts has a vector. Boundaries between texts do not count.</summary>
/// <param name="Words">Distinct tokens of the texts, the unknown one not included.</param>
/// <param name="WordsWithVector">Those of them that have a vector.</param>
/// <param name="Tokens">Tokens of the texts, each as often as it occurs, unknown ones included.</param>
/// <param name="TokensWithVector">Those of them that have a vector.</param>
public readonly record struct VectorCoverage(long Words, long WordsWithVector, long Tokens, long TokensWithVector)
{
    /// <summary>The share of distinct tokens that have a vector, 0 to 1; 0 where there are none.</summary>
    public double WordShare => Words == 0 ? 0 : (double)WordsWithVector / Words;

    /// <summary>The share of tokens that have a vector, 0 to 1; 0 where there are none.</summary>
    public double TokenShare => Tokens == 0 ? 0 : (double)TokensWithVector / Tokens;
}
