using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Evaluation;

namespace Microsoft.ML;

/// <summary>Adds what ML.NET's evaluator of multiclass classification leaves out.</summary>
public static class ClassificationEvaluation
{
    private const int MaximumBinCount = 1000;

    /// <summary>
    /// Precision, recall and F1 of each class, and how far the probabilities are from how often they are right. For scored data of any multiclass classifier, RevRnn's
    /// or another; rows without a label or a prediction are left out.
    /// </summary>
    /// <param name="catalog">The catalog of multiclass classification.</param>
    /// <param name="data">Scored data.</param>
    /// <param name="labelColumnName">The column of the class: Key&lt;UInt32&gt;. Default "Label".</param>
    /// <param name="scoreColumnName">The column with the probability of each class: a vector of Single. Default "Score".</param>
    /// <param name="predictedLabelColumnName">The column of the predicted class: Key&lt;UInt32&gt;. Default "PredictedLabel".</param>
    /// <param name="binCount">M: bins of probability for the calibration, 1 to 1,000. Default 15.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or the number of bins is out of its range.</exception>
    /// <example>
    /// <code>
    /// var metrics = mlContext.MulticlassClassification.EvaluatePerClass(model.Transform(test));
    /// foreach (var each in metrics.Classes)
    ///     Console.WriteLine($"{each.Name}: precision {each.Precision:F3}, recall {each.Recall:F3}, F1 {each.F1:F3} of {each.Support} rows");
    /// </code>
    /// </example>
    public static PerClassMetrics EvaluatePerClass(
        this MulticlassClassificationCatalog catalog,
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int binCount = 15)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(binCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(binCount, MaximumBinCount);
        return ScoredClasses.Find(CatalogUtils.GetEnvironment(catalog), data.Schema, labelColumnName, scoreColumnName, predictedLabelColumnName)
            .Evaluate(data, binCount);
    }
}
