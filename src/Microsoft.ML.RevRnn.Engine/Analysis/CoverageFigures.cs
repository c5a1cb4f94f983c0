namespace Microsoft.ML.RevRnn;

/// <summary>
/// How much of what a network can do tests have seen of it, each a part from 0 to 1. The first three are testRNN's (Huang et al. 2019, as its code computes them), of S_t, the sum of the top
/// layer's units at step t; the others are of single units, over the same window, for comparison.
/// </summary>
/// <param name="Tests">How many tests there were.</param>
/// <param name="Boundary">
/// Steps t of the window at which a test has (|S_t| - min) / (max - min) of at least <see cref="CoverageOptions.BoundaryThreshold"/>, with min and max those of the <see cref="CoverageProfile"/>.
/// </param>
/// <param name="StepWise">The same of |S_t - S_{t-1}| and <see cref="CoverageOptions.StepThreshold"/>.</param>
/// <param name="Temporal">
/// Words that there were, of <see cref="CoverageOptions.Symbols"/> ^ <see cref="CoverageOptions.Segments"/>: a letter for each part of the window, which says how high |S_t| is there, in
/// standard deviations from the profile's mean.
/// </param>
/// <param name="Neurons">Units that were above 0 (Pei et al. 2017).</param>
/// <param name="MultiSection">Sections of the range -1 to 1 that units were in (Ma et al. 2018). Of the states of reversible cells, which have no such bound, values beyond it are in none.</param>
/// <param name="NeuronBoundary">Of each unit whether it was above <see cref="CoverageOptions.ExtremeValue"/>, and whether it was below its negative.</param>
/// <param name="StrongActivation">Units that were above <see cref="CoverageOptions.ExtremeValue"/>.</param>
public readonly record struct CoverageFigures(
    long Tests, double Boundary, double StepWise, double Temporal, double Neurons, double MultiSection, double NeuronBoundary, double StrongActivation)
{
    /// <summary>The figure of one kind.</summary>
    public double this[CoverageKind kind] => kind switch
    {
        CoverageKind.Boundary => Boundary,
        CoverageKind.StepWise => StepWise,
        _ => Temporal,
    };
}
