namespace Microsoft.ML.RevRnn;

/// <summary>What came of changes of one kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Mutants">Texts that were changed so.</param>
/// <param name="Flips">Of them those that the model takes for another class than the text before.</param>
public sealed record KindFlips(MutationKind Kind, long Mutants, long Flips)
{
    /// <summary>The part of the changed texts.</summary>
    public double Rate => Mutants == 0 ? 0 : (double)Flips / Mutants;
}
