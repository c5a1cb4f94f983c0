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

    /// <summary>A mapping that puts columns behind those of its input.</summary>
    public static RowMapping Append(DataViewSchema inputSchema, IEnumerable<OutputColumn> columns)
        => new(inputSchema, [.. inputSchema.Select(OutputColumn.PassThrough), .. columns]);

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => dependingColumns.SelectMany(column => Columns[column.Index].Sources).Distinct().Select(source => InputSchema[source]);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        => new MappedRow(input, this, RowGetters.ToMask(activeColumns, OutputSchema));
}
