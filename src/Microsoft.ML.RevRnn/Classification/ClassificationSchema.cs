using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.Classification;

/// <summary>
/// The columns that a classifier adds, with the annotations that ML.NET's own multiclass classifiers give theirs: first as a promise
/// before training, then as they are.
/// </summary>
internal static class ClassificationSchema
{
    /// <summary>The shape of the score and the predicted label column, for a label column.</summary>
    public static SchemaShape.Column[] Shapes(PredictionColumns columns, SchemaShape.Column label)
    {
        var score = AnnotationShapes.OfPrediction(AnnotationShapes.OfSlots(label, AnnotationUtils.Kinds.KeyValues));
        var predictedLabel = AnnotationShapes.OfPrediction(
            AnnotationShapes.OfValues(label, AnnotationUtils.Kinds.KeyValues, AnnotationUtils.Kinds.KeyValues));
        return
        [
            new(columns.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, score),
            new(columns.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, predictedLabel),
        ];
    }

    /// <summary>The score and the predicted label column.</summary>
    public static DataViewSchema.DetachedColumn[] Columns(
        PredictionColumns columns, DataViewSchema inputSchema, int classCount, LabelValues? labels)
    {
        var annotations = new ScoreAnnotations(inputSchema, AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification);

        // ML.NET's evaluators look for the column of kind Score; that its values are probabilities is no kind of its own with many classes.
        var score = annotations.Of(AnnotationUtils.Const.ScoreValueKind.Score);
        labels?.AddToSlots(score);
        var predictedLabel = annotations.Of(AnnotationUtils.Const.ScoreValueKind.PredictedLabel);
        labels?.AddTo(predictedLabel, AnnotationUtils.Kinds.KeyValues);
        return
        [
            new(columns.Score, new VectorDataViewType(NumberDataViewType.Single, classCount), score.ToAnnotations()),
            new(columns.PredictedLabel, new KeyDataViewType(typeof(uint), classCount), predictedLabel.ToAnnotations()),
        ];
    }
}
