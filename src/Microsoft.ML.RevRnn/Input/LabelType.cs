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
}
