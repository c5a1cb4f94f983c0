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
        Check(catalog, data, binCount);
        return ScoredClasses.Find(CatalogUtils.GetEnvironment(catalog), data.Schema, labelColumnName, scoreColumnName, predictedLabelColumnName)
            .Evaluate(data, binCount);
    }

    /// <summary>
    /// Precision, recall and F1 of each label, subset accuracy and Hamming loss. For scored data of a classifier of whose labels any may hold.
    /// </summary>
    /// <param name="catalog">The catalog of multiclass classification.</param>
    /// <param name="data">Scored data.</param>
    /// <param name="labelColumnName">The column of what holds: a vector of Boolean, or one of Key&lt;UInt32&gt; of any size. Default "Label".</param>
    /// <param name="predictedLabelColumnName">The column of what was predicted to hold: a vector of Boolean. Default "PredictedLabel".</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or they are not of as many labels.</exception>
    /// <example>
    /// <code>
    /// var metrics = mlContext.MulticlassClassification.EvaluateMultiLabel(model.Transform(test));
    /// Console.WriteLine($"all labels right: {metrics.SubsetAccuracy:P1}, wrong labels: {metrics.HammingLoss:P1}, macro F1 {metrics.MacroF1:F3}");
    /// </code>
    /// </example>
    public static MultiLabelMetrics EvaluateMultiLabel(
        this MulticlassClassificationCatalog catalog, IDataView data, string labelColumnName = "Label", string predictedLabelColumnName = "PredictedLabel")
    {
        Check(catalog, data, binCount: 1);
        return ScoredSets.Find(CatalogUtils.GetEnvironment(catalog), data.Schema, labelColumnName, predictedLabelColumnName).Evaluate(data);
    }

    /// <summary>
    /// Precision, recall and F1 of each class of tokens, confusion matrix, calibration, and accuracy by token and by row. For scored data of a tagger; tokens without a
    /// label are left out.
    /// </summary>
    /// <param name="catalog">The catalog of multiclass classification.</param>
    /// <param name="data">Scored data.</param>
    /// <param name="labelColumnName">The column of the classes, one a token: a vector of Key&lt;UInt32&gt;. Default "Label".</param>
    /// <param name="scoreColumnName">The column with the probabilities of the classes, token after token: a vector of Single. Default "Score".</param>
    /// <param name="predictedLabelColumnName">The column of the predicted classes: a vector of Key&lt;UInt32&gt;. Default "PredictedLabel".</param>
    /// <param name="binCount">M: bins of probability for the calibration, 1 to 1,000. Default 15.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or the number of bins is out of its range.</exception>
    /// <exception cref="InvalidOperationException">A row has another number of labels than of predictions.</exception>
    /// <example>
    /// <code>
    /// var metrics = mlContext.MulticlassClassification.EvaluateTags(tagger.Transform(test));
    /// Console.WriteLine($"tokens right: {metrics.Tokens.Accuracy:P1}, rows all right: {metrics.SequenceAccuracy:P1}");
    /// </code>
    /// </example>
    public static TaggingMetrics EvaluateTags(
        this MulticlassClassificationCatalog catalog,
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int binCount = 15)
    {
        Check(catalog, data, binCount);
        return ScoredTags.Find(CatalogUtils.GetEnvironment(catalog), data.Schema, labelColumnName, scoreColumnName, predictedLabelColumnName)
            .Evaluate(data, binCount);
    }

    private static void Check(MulticlassClassificationCatalog catalog, IDataView data, int binCount)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(binCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(binCount, MaximumBinCount);
    }
}
