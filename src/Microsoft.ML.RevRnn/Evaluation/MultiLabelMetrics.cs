namespace Microsoft.ML.RevRnn;

/// <summary>How well a classifier does of whose labels any may hold.</summary>
public sealed record MultiLabelMetrics
{
    /// <summary>
    /// The labels, in the order of their keys or slots: of a label precision is the part of the rows that it was predicted of where it holds, recall the part of those
    /// where it holds that it was predicted of, support their number.
    /// </summary>
    public required IReadOnlyList<ClassMetrics> Labels { get; init; }

    /// <summary>Rows.</summary>
    public required long RowCount { get; init; }

    /// <summary>Part of the rows whose labels were all predicted right, and no others, 0 to 1; 0 where there are no rows.</summary>
    public required double SubsetAccuracy { get; init; }

    /// <summary>Part of all pairs of row and label that were predicted wrong, 0 to 1; 0 where there are none.</summary>
    public required double HammingLoss { get; init; }

    /// <summary>F1 = 2 right / (predicted + actual) over all pairs of row and label together; 0 where none is right.</summary>
    public required double MicroF1 { get; init; }

    /// <summary>Mean F1 of the labels, each with the same weight.</summary>
    public double MacroF1 => Labels.Count == 0 ? 0 : Labels.Average(each => each.F1);
}
