using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>
/// The annotations by which ML.NET's evaluators find the columns of a prediction: what kind it is of, what each column holds, and a number of the set that they
/// make up, which no other model's columns in the schema have.
/// </summary>
/// <param name="inputSchema">The schema that the columns are added to.</param>
/// <param name="taskKind">One of <see cref="AnnotationUtils.Const.ScoreColumnKind"/>.</param>
internal sealed class ScoreAnnotations(DataViewSchema inputSchema, string taskKind)
{
    private readonly uint _setId = inputSchema.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId) + 1;

    /// <summary>The annotations of a column.</summary>
    /// <param name="valueKind">One of <see cref="AnnotationUtils.Const.ScoreValueKind"/>.</param>
    public DataViewSchema.Annotations.Builder Of(string valueKind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue(AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, _setId);
        builder.AddPrimitiveValue(AnnotationUtils.Kinds.ScoreColumnKind, TextDataViewType.Instance, taskKind.AsMemory());
        builder.AddPrimitiveValue(AnnotationUtils.Kinds.ScoreValueKind, TextDataViewType.Instance, valueKind.AsMemory());
        return builder;
    }
}
