using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.BinaryClassification;

/// <summary>
/// The columns that a binary classifier adds, with the annotations that ML.NET's own calibrated ones give theirs: first as a promise before
/// training, then as they are.
/// </summary>
internal static class BinarySchema
{
    /// <summary>The shapes of the score, the probability and the predicted label column.</summary>
    public static SchemaShape.Column[] Shapes(BinaryColumns columns)
    {
        var annotations = AnnotationShapes.OfPrediction();
        var ofProbability = new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized: true));
        return
        [
            new(columns.Score, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false, annotations),
            new(columns.Probability, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false, ofProbability),
            new(columns.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, isKey: false, annotations),
        ];
    }

    /// <summary>The score, the probability and the predicted label column.</summary>
    public static DataViewSchema.DetachedColumn[] Columns(BinaryColumns columns, DataViewSchema inputSchema)
    {
        var annotations = new ScoreAnnotations(inputSchema, AnnotationUtils.Const.ScoreColumnKind.BinaryClassification);
        var score = annotations.Of(AnnotationUtils.Const.ScoreValueKind.Score);
        var probability = annotations.Of(AnnotationUtils.Const.ScoreValueKind.Probability);
        probability.AddPrimitiveValue(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, true);
        var predictedLabel = annotations.Of(AnnotationUtils.Const.ScoreValueKind.PredictedLabel);
        return
        [
            new(columns.Score, NumberDataViewType.Single, score.ToAnnotations()),
            new(columns.Probability, NumberDataViewType.Single, probability.ToAnnotations()),
            new(columns.PredictedLabel, BooleanDataViewType.Instance, predictedLabel.ToAnnotations()),
        ];
    }
}
