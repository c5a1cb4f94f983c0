using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Compares the scores of classes with labels.</summary>
internal sealed class MulticlassClassificationEvaluator
{
    private readonly IHost _host;
    private readonly int _topKPredictionCount;

    public MulticlassClassificationEvaluator(IHostEnvironment env, int topKPredictionCount)
    {
        _host = env.Register("MultiClassClassifierEvaluator");
        _topKPredictionCount = topKPredictionCount;
    }

    public MulticlassClassificationMetrics Evaluate(IDataView data, string labelName, string scoreName, string predictedLabelName)
    {
        var label = Find(data.Schema, "Label", labelName);
        var score = Find(data.Schema, "Score", scoreName);

        // The prediction is read off the scores; as in ML.NET the column must be there all the same.
        Find(data.Schema, "PredictedLabel", predictedLabelName);

        if (score.Type is not VectorDataViewType { Size: >= 2 } scoreType || scoreType.ItemType != NumberDataViewType.Single)
            throw _host.ExceptSchemaMismatch("schema", "score", scoreName, "a vector of two or more numbers of type Single", score.Type.ToString());
        if (label.Type != NumberDataViewType.Single && label.Type is not KeyDataViewType)
            throw _host.ExceptSchemaMismatch("schema", "label", labelName, "a key or a number of type Single", label.Type.ToString());

        var counters = new MulticlassCounters(scoreType.Size);
        Count(data, label, score, counters);
        return new MulticlassClassificationMetrics(counters, _topKPredictionCount, GetClassNames(score, scoreType.Size));
    }

    private DataViewSchema.Column Find(DataViewSchema schema, string role, string name)
        => schema.GetColumnOrNull(name) ?? throw _host.ExceptSchemaMismatch("schema", role, name);

    /// <summary>Rows without a label, and rows with a score that is not finite, do not count.</summary>
    private void Count(IDataView data, DataViewSchema.Column label, DataViewSchema.Column score, MulticlassCounters counters)
    {
        using var channel = _host.Start("Evaluate");
        using var cursor = data.GetRowCursor([label, score]);
        var readLabel = MakeLabelReader(cursor, label);
        var getScores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> scores = default;
        var dense = new float[score.Type.GetVectorSize()];
        while (cursor.MoveNext())
        {
            _host.CheckAlive();
            float value = readLabel();
            if (float.IsNaN(value) || value < 0 || value != (int)value)
                continue;
            getScores(ref scores);
            _host.Check(scores.Length == dense.Length, "A row has another number of scores.");
            scores.CopyTo(dense);
            if (!Array.Exists(dense, v => !float.IsFinite(v)))
                counters.Add((int)value, dense);
        }
    }

    /// <summary>A label is the index of a class; a missing key is NaN.</summary>
    private static Func<float> MakeLabelReader(DataViewRow row, DataViewSchema.Column label)
    {
        if (label.Type is KeyDataViewType { Count: var count })
        {
            var readKey = KeyReader.Create(row, label);
            return () => readKey() is var key && 0 < key && key <= count ? key - 1 : float.NaN;
        }

        var getter = row.GetGetter<float>(label);
        float value = 0;
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    private static string[] GetClassNames(DataViewSchema.Column score, int count)
    {
        if (!score.HasSlotNames())
            return Enumerable.Range(0, count).Select(c => c.ToString()).ToArray();
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        return names.DenseValues().Select(name => name.ToString()).ToArray();
    }
}
