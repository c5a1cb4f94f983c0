using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.MultiLabels;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Reads what a classifier of whose labels any may hold has added to data.</summary>
/// <param name="Label">The column of what holds: a vector of Boolean, or of Key&lt;UInt32&gt;.</param>
/// <param name="Predicted">The column of what was predicted to: a vector of Boolean.</param>
/// <param name="Context">Told of errors.</param>
internal sealed record ScoredSets(DataViewSchema.Column Label, DataViewSchema.Column Predicted, IExceptionContext Context)
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or they are not of as many labels.</exception>
    public static ScoredSets Find(IExceptionContext context, DataViewSchema schema, string label, string predicted)
    {
        InputSchema.FindLabel(context, SchemaShape.Create(schema), label, LabelType.Set);
        var count = KnownLabels.Of(schema[label], context).Count;
        if (schema.GetColumnOrNull(predicted)?.Type is not VectorDataViewType { ItemType: BooleanDataViewType, Size: var size } || size != count)
        {
            throw context.Process(new ArgumentOutOfRangeException(
                nameof(schema), $"The data has no column '{predicted}' that is a vector of {count} Boolean, one for each label of column '{label}'."));
        }
        return new ScoredSets(schema[label], schema[predicted], context);
    }

    /// <summary>Counts the rows in one pass.</summary>
    public MultiLabelMetrics Evaluate(IDataView data)
    {
        // What the labels are called, the classifier knows too where the data does not say.
        var known = KnownLabels.Of(Label, Context);
        if (known.Values == null)
            known = KnownLabels.Of(Predicted, Context);
        var (hits, predicted, actual) = (new long[known.Count], new long[known.Count], new long[known.Count]);
        var (rows, right) = (0L, 0L);
        using var cursor = data.GetRowCursor([Label, Predicted]);
        var (labels, predictions) = (LabelSets.Rows(Label), LabelSets.Rows(Predicted));
        var (takeLabels, takePredictions) = (labels.CreateReader(cursor, Context), predictions.CreateReader(cursor, Context));
        while (cursor.MoveNext())
        {
            takeLabels();
            takePredictions();
            var (ofRow, ofModel) = (labels.Values[^1], predictions.Values[^1]);
            rows++;
            right += ofRow.AsSpan().SequenceEqual(ofModel) ? 1 : 0;
            Count(ofRow, actual);
            Count(ofModel, predicted);
            Count(ofRow.Intersect(ofModel), hits);
        }
        var wrong = predicted.Sum() + actual.Sum() - 2 * hits.Sum();
        return new MultiLabelMetrics
        {
            Labels = [.. Enumerable.Range(0, known.Count).Select(label => Ratio.OfClass(known.Name(label), hits[label], predicted[label], actual[label]))],
            RowCount = rows,
            SubsetAccuracy = Ratio.Of(right, rows),
            HammingLoss = Ratio.Of(wrong, rows * known.Count),
            MicroF1 = Ratio.Of(2 * hits.Sum(), predicted.Sum() + actual.Sum()),
        };
    }

    private static void Count(IEnumerable<int> labels, long[] counts)
    {
        foreach (var label in labels)
            counts[label]++;
    }
}
