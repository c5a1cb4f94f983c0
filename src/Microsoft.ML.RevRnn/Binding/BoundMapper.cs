using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>
/// A transformer bound to an input schema: the input's columns, passed through under their own index, then the columns that it adds. An input
/// column whose name an added one takes is hidden, as everywhere in ML.NET.
/// </summary>
internal sealed class BoundMapper : IRowToRowMapper
{
    private readonly HashSet<int> _sources;
    private readonly Func<DataViewRow, Delegate[]> _createGetters;

    /// <param name="inputSchema">What it is bound to.</param>
    /// <param name="sources">The input columns that every added column is made of.</param>
    /// <param name="added">The added columns.</param>
    /// <param name="createGetters">Makes the ValueGetters of the added columns, for a row of the input.</param>
    public BoundMapper(
        DataViewSchema inputSchema,
        IEnumerable<DataViewSchema.Column> sources,
        IEnumerable<DataViewSchema.DetachedColumn> added,
        Func<DataViewRow, Delegate[]> createGetters)
    {
        _sources = [.. sources.Select(source => source.Index)];
        _createGetters = createGetters;
        InputSchema = inputSchema;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumns(added);
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    /// <summary>Whether the added columns are made of many rows at once where there are many.</summary>
    public bool ReadsAhead { get; init; }

    public DataViewSchema OutputSchema { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => InputColumns(Activate(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(activeColumns);
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row has another schema than the one that the mapper is bound to.", nameof(input));
        return new BoundRow(Columns(input, Activate(activeColumns)));
    }

    /// <summary>Which columns of the output are asked for, by index.</summary>
    public bool[] Activate(IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[OutputSchema.Count];
        foreach (var column in columns)
        {
            if (column.Index >= active.Length || OutputSchema[column.Index].Name != column.Name)
                throw new ArgumentException($"Column '{column.Name}' is not of this schema.", nameof(columns));
            active[column.Index] = true;
        }
        return active;
    }

    /// <summary>Whether a column is asked for that the transformer makes.</summary>
    public bool AddsAny(bool[] active) => Array.IndexOf(active, true, InputSchema.Count) >= 0;

    /// <summary>The input columns that are needed for what is asked for.</summary>
    public IEnumerable<DataViewSchema.Column> InputColumns(bool[] active)
    {
        var needsSources = AddsAny(active);
        foreach (var column in InputSchema)
        {
            if (active[column.Index] || (needsSources && _sources.Contains(column.Index)))
                yield return column;
        }
    }

    /// <summary>The output columns of a row or cursor.</summary>
    public BoundColumns Columns(DataViewRow input, bool[] active)
        => new(this, input, active, AddsAny(active) ? _createGetters(input) : []);
}
