using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.MultiLabels;

/// <summary>The columns that a multi-label classifier adds: first as a promise before training, then as they are.</summary>
internal static class MultiLabelSchema
{
    /// <summary>
    /// ML.NET has no evaluator of such scores, nor a name for their kind; under that of another, its evaluators would take them for their own.
    /// </summary>
    public const string ScoreColumnKind = "MultiLabelClassification";

    /// <summary>The shape of the score and the predicted label column, for a label column.</summary>
    public static SchemaShape.Column[] Shapes(PredictionColumns columns, SchemaShape.Column label)
    {
        var names = label.IsKey ? AnnotationUtils.Kinds.KeyValues : AnnotationUtils.Kinds.SlotNames;
        var score = AnnotationShapes.OfPrediction(AnnotationShapes.OfSlots(label, names));
        var predictedLabel = AnnotationShapes.OfPrediction(AnnotationShapes.OfSlotNames(label, names));
        return
        [
            new(columns.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, score),
            new(columns.PredictedLabel, SchemaShape.Column.VectorKind.Vector, BooleanDataViewType.Instance, isKey: false, predictedLabel),
        ];
    }

    /// <summary>The score and the predicted label column.</summary>
    public static DataViewSchema.DetachedColumn[] Columns(PredictionColumns columns, DataViewSchema inputSchema, int labelCount, LabelValues? names)
    {
        var annotations = new ScoreAnnotations(inputSchema, ScoreColumnKind);
        var score = annotations.Of(AnnotationUtils.Const.ScoreValueKind.Score);
        names?.AddToSlots(score);
        var predictedLabel = annotations.Of(AnnotationUtils.Const.ScoreValueKind.PredictedLabel);
        names?.AddSlotNames(predictedLabel);
        return
        [
            new(columns.Score, new VectorDataViewType(NumberDataViewType.Single, labelCount), score.ToAnnotations()),
            new(columns.PredictedLabel, new VectorDataViewType(BooleanDataViewType.Instance, labelCount), predictedLabel.ToAnnotations()),
        ];
    }
}
