using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Reads what a tagger has added to data.</summary>
/// <param name="Label">The column of the classes, one a token: a vector of Key&lt;UInt32&gt;.</param>
/// <param name="Score">The column of their probabilities, token after token: a vector of Single.</param>
/// <param name="Predicted">The column of the predicted classes: a vector of Key&lt;UInt32&gt;.</param>
/// <param name="Context">Told of errors.</param>
internal sealed record ScoredTags(DataViewSchema.Column Label, DataViewSchema.Column Score, DataViewSchema.Column Predicted, IExceptionContext Context)
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or they are not of as many classes.</exception>
    public static ScoredTags Find(IExceptionContext context, DataViewSchema schema, string label, string score, string predicted)
    {
        var shape = SchemaShape.Create(schema);
        InputSchema.FindLabel(context, shape, label, LabelType.Keys);
        InputSchema.FindLabel(context, shape, predicted, LabelType.Keys);
        if (schema.GetColumnOrNull(score)?.Type is not VectorDataViewType { ItemType: NumberDataViewType item } || item.RawType != typeof(float))
        {
            throw context.Process(new ArgumentOutOfRangeException(
                nameof(schema), $"The data has no column '{score}' that is a vector of Single, with the probability of each class of each token."));
        }
        var count = InputSchema.KeyCount(context, schema[label], "label", 1, ScoredClasses.MaximumClassCount);
        InputSchema.KeyCount(context, schema[predicted], "predicted label", count, count);
        return new ScoredTags(schema[label], schema[score], schema[predicted], context);
    }

    /// <summary>Counts the tokens in one pass; those without a label are left out.</summary>
    /// <exception cref="InvalidOperationException">A row has another number of labels than of predictions.</exception>
    public TaggingMetrics Evaluate(IDataView data, int binCount)
    {
        var known = KnownLabels.Of(Label, Context);
        var tally = new ClassTally(known.Names, binCount);
        using var cursor = data.GetRowCursor([Label, Score, Predicted]);
        var getLabel = cursor.GetGetter<VBuffer<uint>>(Label);
        var getScore = cursor.GetGetter<VBuffer<float>>(Score);
        var getPredicted = cursor.GetGetter<VBuffer<uint>>(Predicted);
        var (label, predicted, score) = (default(VBuffer<uint>), default(VBuffer<uint>), default(VBuffer<float>));
        var (sequences, right) = (0L, 0L);
        while (cursor.MoveNext())
        {
            getLabel(ref label);
            getPredicted(ref predicted);
            getScore(ref score);
            if (label.Length != predicted.Length || score.Length != (long)label.Length * known.Count)
                throw Context.Process(new InvalidOperationException(Mismatch(cursor.Position, label.Length, predicted.Length)));
            if (Count([.. label.DenseValues()], [.. predicted.DenseValues()], [.. score.DenseValues()], tally) is not { } isRight)
                continue;
            sequences++;
            right += isRight ? 1 : 0;
        }
        return new TaggingMetrics { Tokens = tally.Metrics(), SequenceCount = sequences, SequenceAccuracy = Ratio.Of(right, sequences) };
    }

    /// <summary>Counts the tokens of a row.</summary>
    /// <returns>Whether all were predicted right; null where none has a label.</returns>
    private static bool? Count(uint[] labels, uint[] predicted, float[] scores, ClassTally tally)
    {
        bool? isRight = null;
        var classes = labels.Length == 0 ? 0 : scores.Length / labels.Length;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] == 0 || labels[i] > classes || predicted[i] == 0 || predicted[i] > classes)
                continue;
            tally.Add((int)labels[i] - 1, (int)predicted[i] - 1, scores.AsSpan(i * classes, classes));
            isRight = (isRight ?? true) && labels[i] == predicted[i];
        }
        return isRight;
    }

    private string Mismatch(long row, int labels, int predicted) => string.Create(CultureInfo.InvariantCulture,
        $"Row {row} has {labels} labels in column '{Label.Name}' and {predicted} predictions in column '{Predicted.Name}'; it must have one for each token.");
}
