using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Says which class each value of a score is of.</summary>
public static class ClassProbabilities
{
    /// <summary>
    /// The classes of one prediction's score, with their probabilities, the most probable first: <c>engine.OutputSchema.RankClasses(prediction.Score)</c>. Classes that
    /// have no names are called by their keys, which count from 1.
    /// </summary>
    /// <param name="outputSchema">The schema of the prediction: of a prediction engine, or of transformed data.</param>
    /// <param name="score">[C]: the score of one row.</param>
    /// <param name="scoreColumnName">The column that it is of; its slots have the names of the classes. Default "Score".</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    /// <exception cref="ArgumentException">The score has another number of values than the column's.</exception>
    /// <example>
    /// <code>
    /// var engine = mlContext.Model.CreatePredictionEngine&lt;Document, Prediction&gt;(model);
    /// var prediction = engine.Predict(document);
    /// foreach (var (label, probability) in engine.OutputSchema.RankClasses(prediction.Score))
    ///     Console.WriteLine($"{label}: {probability:P1}");
    /// </code>
    /// </example>
    public static IReadOnlyList<(string Label, float Probability)> RankClasses(
        this DataViewSchema outputSchema, ReadOnlySpan<float> score, string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(outputSchema);
        if (outputSchema.GetColumnOrNull(scoreColumnName) is not { } column)
            throw new ArgumentOutOfRangeException(nameof(scoreColumnName), $"The data has no column '{scoreColumnName}'.");
        if (column.Type is not VectorDataViewType type || type.Size != score.Length)
            throw new ArgumentException($"The score has {score.Length} values, and the column '{scoreColumnName}' is {column.Type}.", nameof(score));
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        if (column.HasSlotNames())
            column.GetSlotNames(ref names);
        var classes = new (string Label, float Probability)[score.Length];
        for (var i = 0; i < classes.Length; i++)
            classes[i] = (names.Length > 0 ? names.GetItemOrDefault(i).ToString() : (i + 1).ToString(CultureInfo.InvariantCulture), score[i]);
        return [.. classes.OrderByDescending(known => known.Probability)];
    }
}
