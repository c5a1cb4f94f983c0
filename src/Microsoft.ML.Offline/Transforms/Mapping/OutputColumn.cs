namespace Microsoft.ML.Offline;

/// <summary>
/// A column of a mapping's output: the input columns that it depends on, and what makes its getter over an input row. With no maker it is the
/// input column itself.
/// </summary>
internal sealed record OutputColumn(DataViewSchema.DetachedColumn Column, int[] Sources, Func<DataViewRow, Delegate>? MakeGetter)
{
    /// <summary>An input column that goes through as it is.</summary>
    public static OutputColumn PassThrough(DataViewSchema.Column source) => new(new DataViewSchema.DetachedColumn(source), [source.Index], null);
}
