namespace Microsoft.ML.RevRnn.Input;

/// <summary>The columns that are read, as a schema has them.</summary>
/// <param name="Sequence">Of text or keys.</param>
/// <param name="Features">Of numbers.</param>
internal sealed record ReadSources(IReadOnlyList<DataViewSchema.Column> Sequence, IReadOnlyList<DataViewSchema.Column> Features)
{
    /// <summary>What else is read.</summary>
    public IReadOnlyList<DataViewSchema.Column> Others { get; init; } = [];

    public IEnumerable<DataViewSchema.Column> All => [.. Sequence, .. Features, .. Others];
}
