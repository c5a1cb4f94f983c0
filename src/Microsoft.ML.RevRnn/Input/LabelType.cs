using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>What a label column must be.</summary>
/// <param name="Expected">In words, for error messages.</param>
/// <param name="Accepts">Whether a column is that.</param>
internal sealed record LabelType(string Expected, Predicate<SchemaShape.Column> Accepts)
{
    /// <summary>One class of several: a key.</summary>
    public static LabelType Key { get; } = new(
        "Key<UInt32>, which Conversion.MapValueToKey makes",
        column => column.Kind == SchemaShape.Column.VectorKind.Scalar && InputSchema.IsKey(column));

    /// <summary>One of two: true or false.</summary>
    public static LabelType Boolean { get; } = new(
        "Boolean",
        column => column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: BooleanDataViewType });

    /// <summary>One class of several for each token: keys.</summary>
    public static LabelType Keys { get; } = new(
        "a vector of Key<UInt32>, which Conversion.MapValueToKey makes",
        column => column.Kind != SchemaShape.Column.VectorKind.Scalar && InputSchema.IsKey(column));

    /// <summary>Any of several: a flag for each, or the keys of those that hold.</summary>
    public static LabelType Set { get; } = new(
        "a vector of Boolean of known size or a vector of Key<UInt32>",
        column => column is { Kind: SchemaShape.Column.VectorKind.Vector, IsKey: false, ItemType: BooleanDataViewType } || Keys.Accepts(column));
}
