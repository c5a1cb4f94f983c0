using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>A row mapper given by its output columns.</summary>
internal sealed class RowMapping : IRowToRowMapper
{
    public RowMapping(DataViewSchema inputSchema, IReadOnlyList<OutputColumn> columns)
    {
        InputSchema = inputSchema;
        Columns = columns;
        OutputSchema = SchemaExtensions.MakeSchema(columns.Select(column => column.Column));
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public IReadOnlyList<OutputColumn> Columns { get; }

    /// <summary>A mapping that adds columns to those of its input: each one next to the last that it hides, or else at the end.</summary>
    public static RowMapping Add(DataViewSchema inputSchema, IEnumerable<OutputColumn> columns)
    {
        var all = inputSchema.Select(OutputColumn.PassThrough).ToList();
        foreach (var column in columns)
        {
            int hidden = all.FindLastIndex(other => other.Column.Name == column.Column.Name);
            all.Insert(hidden < 0 ? all.Count : hidden + 1, column);
        }

        return new(inputSchema, all);
    }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => dependingColumns.SelectMany(column => Columns[column.Index].Sources).Distinct().Select(source => InputSchema[source]);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        => new MappedRow(input, this, RowGetters.ToMask(activeColumns, OutputSchema));
}
