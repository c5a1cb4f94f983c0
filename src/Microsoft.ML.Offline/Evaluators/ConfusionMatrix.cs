using System.Collections.Immutable;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>How often each class was taken for each.</summary>
public sealed class ConfusionMatrix
{
    private string? _table;

    internal ConfusionMatrix(double[][] counts, IReadOnlyList<string> classNames)
    {
        NumberOfClasses = counts.Length;
        ClassNames = classNames;
        Counts = counts.Select(row => (IReadOnlyList<double>)row.ToImmutableArray()).ToImmutableArray();
        PerClassPrecision = Enumerable.Range(0, NumberOfClasses).Select(c => Share(counts[c][c], counts.Sum(row => row[c]))).ToImmutableArray();
        PerClassRecall = Enumerable.Range(0, NumberOfClasses).Select(c => Share(counts[c][c], counts[c].Sum())).ToImmutableArray();
    }

    /// <summary>For each class, what share of the rows taken for it are of it.</summary>
    public IReadOnlyList<double> PerClassPrecision { get; }

    /// <summary>For each class, what share of its rows are taken for it.</summary>
    public IReadOnlyList<double> PerClassRecall { get; }

    /// <summary>For each true class, how many of its rows were taken for each class.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    /// <summary>The number of classes.</summary>
    public int NumberOfClasses { get; }

    internal IReadOnlyList<string> ClassNames { get; }

    /// <summary>The counts as a table of text, with precision and recall.</summary>
    public string GetFormattedConfusionTable() => _table ??= ConfusionTableWriter.Write(this);

    /// <summary>How many rows of one class were taken for another.</summary>
    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        CheckClass(predictedClassIndicatorIndex, nameof(predictedClassIndicatorIndex));
        CheckClass(actualClassIndicatorIndex, nameof(actualClassIndicatorIndex));
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    private void CheckClass(int index, string name)
        => Contracts.CheckParam(0 <= index && index < NumberOfClasses, name, "There is no such class.");

    private static double Share(double part, double whole) => whole > 0 ? part / whole : 0;
}
