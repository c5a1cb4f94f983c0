using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What a saved network is.</summary>
/// <param name="Kind">What stands on top of its layers.</param>
/// <param name="Shape">What it is made of.</param>
/// <param name="Outcomes">C; 0 where there are none.</param>
/// <param name="Features">F; 0 for none.</param>
internal readonly record struct ModelHeader(ModelKind Kind, NetworkShape Shape, int Outcomes, int Features)
{
    /// <summary>Whether what it makes of n-grams follows its parameters.</summary>
    public bool HasNGrams { get; init; }

    /// <summary>What its matrices are rounded to.</summary>
    public WeightPrecision Precision { get; init; }

    /// <summary>Of a translation what attention reads, and whether its sides share token vectors; null of other models.</summary>
    public TranslationOptions? Translation { get; init; }
}
