using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>A run of a parameter's values, the unit of an optimiser's work.</summary>
internal sealed class ParameterPiece(Parameter parameter, long begin, int length)
{
    public Parameter Parameter { get; } = parameter;

    /// <summary>Where it begins in the parameter's buffer.</summary>
    public long Begin { get; } = begin;

    public int Length { get; } = length;

    /// <summary>Of the gradients.</summary>
    public double SumOfSquares { get; set; }

    /// <summary>The same of what is left of them when each element is limited.</summary>
    public double LimitedSumOfSquares { get; set; }
}
