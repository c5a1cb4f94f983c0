using System.Collections.Immutable;
using Microsoft.ML.Offline;

namespace Microsoft.ML.Data;

/// <summary>How good predictions of classes are.</summary>
public sealed class MulticlassClassificationMetrics
{
    internal MulticlassClassificationMetrics(MulticlassCounters counters, int topKPredictionCount, IReadOnlyList<string> classNames)
    {
        MicroAccuracy = counters.MicroAccuracy;
        MacroAccuracy = counters.MacroAccuracy;
        LogLoss = counters.LogLoss;
        LogLossReduction = counters.LogLossReduction;
        PerClassLogLoss = counters.PerClassLogLoss.ToImmutableArray();
        TopKPredictionCount = topKPredictionCount;
        TopKAccuracyForAllK = topKPredictionCount > 0 ? counters.GetTopKAccuracies(topKPredictionCount).ToImmutableArray() : null!;
        ConfusionMatrix = new ConfusionMatrix(counters.Confusion, classNames);
    }

    /// <summary>The mean of -ln p over the rows, p being the probability given to the true class.</summary>
    public double LogLoss { get; }

    /// <summary>How much of the log-loss of always giving the classes' shares is saved; 1 is best.</summary>
    public double LogLossReduction { get; }

    /// <summary>The mean over the classes of the share of rows that are right.</summary>
    public double MacroAccuracy { get; }

    /// <summary>The share of rows that are right.</summary>
    public double MicroAccuracy { get; }

    /// <summary>The share of rows whose class is among the <see cref="TopKPredictionCount"/> highest scores; 0 when not asked for.</summary>
    public double TopKAccuracy => TopKAccuracyForAllK?.LastOrDefault() ?? 0;

    /// <summary>How many of the highest scores count as a prediction.</summary>
    public int TopKPredictionCount { get; }

    /// <summary>The share for each number of highest scores from 1 on; null when it was not asked for.</summary>
    public IReadOnlyList<double> TopKAccuracyForAllK { get; }

    /// <summary>The log-loss of the rows of each class.</summary>
    public IReadOnlyList<double> PerClassLogLoss { get; }

    /// <summary>How often each class was taken for each.</summary>
    public ConfusionMatrix ConfusionMatrix { get; }
}
