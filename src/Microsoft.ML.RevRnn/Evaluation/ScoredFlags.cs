using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Reads what a binary classifier has added to data.</summary>
/// <param name="Label">The column of what is true: Boolean.</param>
/// <param name="Probability">The column of the probability of true: Single.</param>
/// <param name="Predicted">The column of the prediction: Boolean.</param>
internal sealed record ScoredFlags(DataViewSchema.Column Label, DataViewSchema.Column Probability, DataViewSchema.Column Predicted)
{
    /// <exception cref="ArgumentOutOfRangeException">The label column is missing or of a wrong type.</exception>
    public static ScoredFlags Find(IExceptionContext context, DataViewSchema schema, string label, string probability, string predicted)
    {
        InputSchema.FindLabel(context, SchemaShape.Create(schema), label, LabelType.Boolean);
        return new ScoredFlags(schema[label], schema[probability], schema[predicted]);
    }

    /// <summary>Reads the rows in one pass.</summary>
    /// <returns>The metrics of false and true at the classifier's threshold, and the rows in the order of their probabilities.</returns>
    public (PerClassMetrics AtThreshold, RankedScores Ranks) Evaluate(IDataView data, int binCount)
    {
        var tally = new ClassTally([bool.FalseString, bool.TrueString], binCount);
        var rows = new List<(float Score, bool IsTrue)>();
        using var cursor = data.GetRowCursor([Label, Probability, Predicted]);
        var getLabel = cursor.GetGetter<bool>(Label);
        var getProbability = cursor.GetGetter<float>(Probability);
        var getPredicted = cursor.GetGetter<bool>(Predicted);
        var (label, predicted, probability) = (false, false, 0f);
        while (cursor.MoveNext())
        {
            getLabel(ref label);
            getPredicted(ref predicted);
            getProbability(ref probability);
            tally.Add(label ? 1 : 0, predicted ? 1 : 0, [1 - probability, probability]);
            rows.Add((probability, label));
        }
        return (tally.Metrics(), new RankedScores(rows));
    }
}
