using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.Translations;

/// <summary>The columns that a translation model adds: first as a promise before training, then as they are.</summary>
internal static class TranslationSchema
{
    /// <summary>Their shapes, for a target column.</summary>
    public static SchemaShape.Column[] Shapes(TranslationColumns columns, SchemaShape.Column target)
    {
        var added = new List<SchemaShape.Column>
        {
            target.IsKey
                ? new(
                    columns.Translation, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.UInt32, isKey: true,
                    new SchemaShape(AnnotationShapes.OfValues(target, AnnotationUtils.Kinds.KeyValues, AnnotationUtils.Kinds.KeyValues)))
                : new(columns.Translation, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, isKey: false),
            new(columns.Score, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false),
        };
        if (columns.Alignment is { } alignment)
            added.Add(new(alignment, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Int32, isKey: false));
        return [.. added];
    }

    /// <summary>The columns themselves.</summary>
    public static IEnumerable<DataViewSchema.DetachedColumn> Columns(TranslationColumns columns, TranslationTokens tokens)
    {
        yield return tokens.Target.Tokenizer != null
            ? new(columns.Translation, TextDataViewType.Instance)
            : new(columns.Translation, KeyVector(tokens), KeyAnnotations(tokens));
        yield return new(columns.Score, NumberDataViewType.Single);
        if (columns.Alignment is { } alignment)
            yield return new(alignment, new VectorDataViewType(NumberDataViewType.Int32));
    }

    private static VectorDataViewType KeyVector(TranslationTokens tokens)
        => new(new KeyDataViewType(typeof(uint), tokens.Target.VocabularySize - TranslationTokens.ReservedTokens));

    private static DataViewSchema.Annotations? KeyAnnotations(TranslationTokens tokens)
    {
        if (tokens.TargetKeys == null)
            return null;
        var annotations = new DataViewSchema.Annotations.Builder();
        tokens.TargetKeys.AddTo(annotations, AnnotationUtils.Kinds.KeyValues);
        return annotations.ToAnnotations();
    }
}
