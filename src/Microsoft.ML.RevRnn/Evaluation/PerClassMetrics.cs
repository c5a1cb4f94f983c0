namespace Microsoft.ML.RevRnn;

/// <summary>How well a classifier does on each class, and how well it knows.</summary>
public sealed record PerClassMetrics
{
    /// <summary>The classes, in the order of their keys.</summary>
    public required IReadOnlyList<ClassMetrics> Classes { get; init; }

    /// <summary>Rows by class and predicted class: element [i][j] counts those of class i that were predicted to be of class j.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> ConfusionMatrix { get; init; }

    /// <summary>Rows that have a label.</summary>
    public required long RowCount { get; init; }

    /// <summary>Part of them that were predicted right, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean F1 of the classes, each with the same weight.</summary>
    public double MacroF1 => Classes.Count == 0 ? 0 : Classes.Average(each => each.F1);

    /// <summary>Predictions by the probability they were made with, in bins of equal width from 0 to 1; bin m of M holds ((m - 1) / M, m / M].</summary>
    public required IReadOnlyList<CalibrationBin> Calibration { get; init; }

    /// <summary>sum over bins of (count / rows) |accuracy - confidence|, 0 to 1: how far probabilities are from how often they are right (Guo et al. 2017).</summary>
    public required double ExpectedCalibrationError { get; init; }
}
