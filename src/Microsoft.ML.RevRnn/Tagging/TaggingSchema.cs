using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.Tagging;

/// <summary>The columns that a tagger adds: first as a promise before training, then as they are.</summary>
internal static class TaggingSchema
{
    /// <summary>The shape of the score and the predicted label column, for a label column.</summary>
    public static SchemaShape.Column[] Shapes(PredictionColumns columns, SchemaShape.Column label)
    {
        const string Values = AnnotationUtils.Kinds.KeyValues;
        var score = AnnotationShapes.OfPrediction(AnnotationShapes.OfValues(label, Values, AnnotationUtils.Kinds.TrainingLabelValues));
        var predictedLabel = AnnotationShapes.OfPrediction(AnnotationShapes.OfValues(label, Values, Values));
        return
        [
            new(columns.Score, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Single, isKey: false, score),
            new(columns.PredictedLabel, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.UInt32, isKey: true, predictedLabel),
        ];
    }

    /// <summary>The score and the predicted label column.</summary>
    public static DataViewSchema.DetachedColumn[] Columns(PredictionColumns columns, DataViewSchema inputSchema, int classCount, LabelValues? labels)
    {
        var annotations = new ScoreAnnotations(inputSchema, AnnotationUtils.Const.ScoreColumnKind.SequenceClassification);
        var score = annotations.Of(AnnotationUtils.Const.ScoreValueKind.Score);
        labels?.AddTo(score, AnnotationUtils.Kinds.TrainingLabelValues);
        var predictedLabel = annotations.Of(AnnotationUtils.Const.ScoreValueKind.PredictedLabel);
        labels?.AddTo(predictedLabel, AnnotationUtils.Kinds.KeyValues);
        var key = new KeyDataViewType(typeof(uint), classCount);
        return
        [
            new(columns.Score, new VectorDataViewType(NumberDataViewType.Single), score.ToAnnotations()),
            new(columns.PredictedLabel, new VectorDataViewType(key), predictedLabel.ToAnnotations()),
        ];
    }
}
