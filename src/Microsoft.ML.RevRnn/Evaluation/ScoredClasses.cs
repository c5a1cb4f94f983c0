using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Reads what a classifier of one class of several, of whatever kind, has added to data.</summary>
/// <param name="Label">The column of the classes: Key&lt;UInt32&gt;.</param>
/// <param name="Score">The column of their probabilities: a vector of Single.</param>
/// <param name="Predicted">The column of the predicted classes: Key&lt;UInt32&gt;.</param>
/// <param name="Context">Told of errors.</param>
internal sealed record ScoredClasses(DataViewSchema.Column Label, DataViewSchema.Column Score, DataViewSchema.Column Predicted, IExceptionContext Context)
{
    /// <summary>Confusions are counted for each pair of classes.</summary>
    public const int MaximumClassCount = 4096;

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or they are not of as many classes.</exception>
    public static ScoredClasses Find(IExceptionContext context, DataViewSchema schema, string label, string score, string predicted)
    {
        var shape = SchemaShape.Create(schema);
        InputSchema.FindLabel(context, shape, label, LabelType.Key);
        InputSchema.FindLabel(context, shape, predicted, LabelType.Key);
        if (schema.GetColumnOrNull(score)?.Type is not VectorDataViewType { ItemType: NumberDataViewType item, Size: > 0 and var count } || item.RawType != typeof(float))
        {
            throw context.Process(new ArgumentOutOfRangeException(
                nameof(schema), $"The data has no column '{score}' that is a vector of Single, with the probability of each class."));
        }
        InputSchema.KeyCount(context, schema[label], "label", 1, MaximumClassCount);
        InputSchema.KeyCount(context, schema[label], "label", count, count);
        InputSchema.KeyCount(context, schema[predicted], "predicted label", count, count);
        return new ScoredClasses(schema[label], schema[score], schema[predicted], context);
    }

    /// <summary>Counts the rows in one pass; those without a label or a prediction are left out.</summary>
    public PerClassMetrics Evaluate(IDataView data, int binCount)
    {
        var tally = new ClassTally(KnownLabels.Of(Label, Context).Names, binCount);
        using var cursor = data.GetRowCursor([Label, Score, Predicted]);
        var getLabel = cursor.GetGetter<uint>(Label);
        var getScore = cursor.GetGetter<VBuffer<float>>(Score);
        var getPredicted = cursor.GetGetter<uint>(Predicted);
        var (label, predicted, score) = (0u, 0u, default(VBuffer<float>));
        var dense = new float[Count];
        while (cursor.MoveNext())
        {
            getLabel(ref label);
            getPredicted(ref predicted);
            getScore(ref score);
            if (label == 0 || label > dense.Length || predicted == 0 || predicted > dense.Length)
                continue;
            score.CopyTo(dense);
            tally.Add((int)label - 1, (int)predicted - 1, dense);
        }
        return tally.Metrics();
    }

    private int Count => ((VectorDataViewType)Score.Type).Size;
}
