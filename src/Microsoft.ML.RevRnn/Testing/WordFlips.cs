namespace Microsoft.ML.RevRnn;

/// <summary>A word that was changed: put in, left out, replaced, put in place of another, or moved.</summary>
/// <param name="Word">The word, in lower case.</param>
/// <param name="Mutants">Texts in which it was.</param>
/// <param name="Flips">Of them those that the model takes for another class than the text before.</param>
public sealed record WordFlips(string Word, long Mutants, long Flips)
{
    private const double Deviations = 1.96;

    /// <summary>The part of the changed texts.</summary>
    public double Rate => Mutants == 0 ? 0 : (double)Flips / Mutants;

    /// <summary>The least rate that so many texts leave probable: the lower end of Wilson's 95 % interval. Words are in its order, so that one that was changed once is not at the top.</summary>
    public double LeastRate
    {
        get
        {
            if (Mutants == 0)
                return 0;
            var square = Deviations * Deviations / Mutants;
            return (Rate + square / 2 - Deviations * Math.Sqrt(Rate * (1 - Rate) / Mutants + square / (4 * Mutants))) / (1 + square);
        }
    }
}
