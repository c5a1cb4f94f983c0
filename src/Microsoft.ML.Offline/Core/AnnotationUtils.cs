using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The annotations that components agree on.</summary>
internal static class AnnotationUtils
{
    /// <summary>The type of a score column set's number.</summary>
    public static KeyDataViewType ScoreColumnSetIdType { get; } = new(typeof(uint), int.MaxValue);

    /// <summary>The type of the names of a vector's slots or of a key's values.</summary>
    public static VectorDataViewType GetNamesType(int size)
    {
        Contracts.CheckParam(size > 0, nameof(size), "The size must be known.");
        return new VectorDataViewType(TextDataViewType.Instance, size);
    }

    /// <summary>The largest number of a numbering annotation, and the column that has it; 0 and -1 when no column has one.</summary>
    public static uint GetMaxAnnotationKind(
        this DataViewSchema schema, out int colMax, string annotationKind, Func<DataViewSchema, int, bool>? filterFunc = null)
    {
        uint max = 0;
        colMax = -1;
        foreach (var column in schema)
        {
            if (column.Annotations.Schema.GetColumnOrNull(annotationKind)?.Type is not KeyDataViewType type || type.RawType != typeof(uint))
                continue;
            if (filterFunc != null && !filterFunc(schema, column.Index))
                continue;
            uint value = 0;
            column.Annotations.GetValue(annotationKind, ref value);
            if (value > max)
                (max, colMax) = (value, column.Index);
        }

        return max;
    }

    /// <summary>Whether the column has a name for each of its slots.</summary>
    public static bool HasSlotNames(this DataViewSchema.Column column, int vectorSize)
        => vectorSize > 0
        && column.Annotations.Schema.GetColumnOrNull(Kinds.SlotNames)?.Type is VectorDataViewType type
        && type.Size == vectorSize && type.ItemType is TextDataViewType;

    /// <summary>Whether the column's key values are text, so that slots can be named after them.</summary>
    public static bool NeedsSlotNames(this SchemaShape.Column col)
        => col.Annotations.TryFindColumn(Kinds.KeyValues, out var values)
        && values.Kind == SchemaShape.Column.VectorKind.Vector && values.ItemType is TextDataViewType;

    /// <summary>Whether the column has a name for each of its slots.</summary>
    public static bool HasSlotNames(this SchemaShape.Column col)
        => col.Kind == SchemaShape.Column.VectorKind.Vector
        && col.Annotations.TryFindColumn(Kinds.SlotNames, out var names)
        && names.Kind == SchemaShape.Column.VectorKind.Vector && !names.IsKey && names.ItemType is TextDataViewType;

    /// <summary>The value of an annotation of a known type.</summary>
    public static bool TryGetAnnotation<T>(this DataViewSchema schema, PrimitiveDataViewType type, string kind, int col, ref T value)
    {
        if (!type.Equals(schema[col].Annotations.Schema.GetColumnOrNull(kind)?.Type))
            return false;
        schema[col].Annotations.GetValue(kind, ref value);
        return true;
    }

    /// <summary>The annotations of a trainer's output columns.</summary>
    public static IEnumerable<SchemaShape.Column> GetTrainerOutputAnnotation(bool isNormalized = false)
    {
        yield return Scalar(Kinds.ScoreColumnSetId, NumberDataViewType.UInt32, isKey: true);
        yield return Scalar(Kinds.ScoreColumnKind, TextDataViewType.Instance);
        yield return Scalar(Kinds.ScoreValueKind, TextDataViewType.Instance);
        if (isNormalized)
            yield return Scalar(Kinds.IsNormalized, BooleanDataViewType.Instance);

        static SchemaShape.Column Scalar(string name, DataViewType type, bool isKey = false)
            => new(name, SchemaShape.Column.VectorKind.Scalar, type, isKey);
    }

    /// <summary>The annotations of the score column of a classifier into the values of a label column.</summary>
    public static IEnumerable<SchemaShape.Column> AnnotationsForMulticlassScoreColumn(SchemaShape.Column? labelColumn = null)
    {
        const SchemaShape.Column.VectorKind Vector = SchemaShape.Column.VectorKind.Vector;
        if (labelColumn is { IsKey: true } label && label.Annotations.TryFindColumn(Kinds.KeyValues, out var values) && values.Kind == Vector)
        {
            if (values.ItemType is TextDataViewType)
                yield return new SchemaShape.Column(Kinds.SlotNames, Vector, TextDataViewType.Instance, false);
            yield return new SchemaShape.Column(Kinds.TrainingLabelValues, Vector, values.ItemType, false);
        }

        foreach (var column in GetTrainerOutputAnnotation())
            yield return column;
    }

    /// <summary>Names of annotations.</summary>
    public static class Kinds
    {
        /// <summary>The names of a vector's slots.</summary>
        public const string SlotNames = "SlotNames";

        /// <summary>The values that a key stands for.</summary>
        public const string KeyValues = "KeyValues";

        /// <summary>The number that the score columns of one model share.</summary>
        public const string ScoreColumnSetId = "ScoreColumnSetId";

        /// <summary>What task a score column solves.</summary>
        public const string ScoreColumnKind = "ScoreColumnKind";

        /// <summary>What a score column's values are.</summary>
        public const string ScoreValueKind = "ScoreValueKind";

        /// <summary>Whether values were brought to one scale.</summary>
        public const string IsNormalized = "IsNormalized";

        /// <summary>The label values that the slots of a score stand for.</summary>
        public const string TrainingLabelValues = "TrainingLabelValues";
    }

    /// <summary>Values of annotations.</summary>
    public static class Const
    {
        /// <summary>Tasks.</summary>
        public static class ScoreColumnKind
        {
            public const string BinaryClassification = "BinaryClassification";
            public const string MulticlassClassification = "MulticlassClassification";
            public const string SequenceClassification = "SequenceClassification";
        }

        /// <summary>Kinds of score values.</summary>
        public static class ScoreValueKind
        {
            public const string Score = "Score";
            public const string PredictedLabel = "PredictedLabel";
            public const string Probability = "Probability";
        }
    }
}
