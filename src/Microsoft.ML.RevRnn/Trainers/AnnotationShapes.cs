using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>
/// What is promised of a column's annotations before training: the shapes of those that <see cref="ScoreAnnotations"/> and <see
/// cref="LabelValues"/> add.
/// </summary>
internal static class AnnotationShapes
{
    /// <summary>Those of a column of a prediction, and others.</summary>
    public static SchemaShape OfPrediction(params IEnumerable<SchemaShape.Column> others)
        => new(AnnotationUtils.GetTrainerOutputAnnotation().Concat(others));

    /// <summary>
    /// That of an annotation of a label column with a value for each key or slot, under a kind; none where there is no such annotation.
    /// </summary>
    public static IEnumerable<SchemaShape.Column> OfValues(SchemaShape.Column label, string labelKind, string kind)
    {
        foreach (var values in label.Annotations)
        {
            if (values.Name == labelKind && values.Kind == SchemaShape.Column.VectorKind.Vector)
                yield return new(kind, values.Kind, values.ItemType, values.IsKey);
        }
    }

    /// <summary>Those of a column with a slot for each value: the values, and their names.</summary>
    public static IEnumerable<SchemaShape.Column> OfSlots(SchemaShape.Column label, string labelKind)
        => OfValues(label, labelKind, AnnotationUtils.Kinds.TrainingLabelValues).Concat(OfSlotNames(label, labelKind));

    /// <summary>That of the names of the slots, which are the values as text.</summary>
    public static IEnumerable<SchemaShape.Column> OfSlotNames(SchemaShape.Column label, string labelKind)
        => OfValues(label, labelKind, AnnotationUtils.Kinds.SlotNames)
            .Select(names => new SchemaShape.Column(names.Name, names.Kind, TextDataViewType.Instance, isKey: false));
}
