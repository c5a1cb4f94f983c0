using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Turns one table into another.</summary>
public interface ITransformer : ICanSaveModel
{
    /// <summary>Whether each output row depends on one input row alone.</summary>
    bool IsRowToRowMapper { get; }

    /// <summary>The columns of the output.</summary>
    DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

    /// <summary>The output table; rows are computed when a cursor asks for them.</summary>
    IDataView Transform(IDataView input);

    /// <summary>The mapping of a row, where there is one.</summary>
    IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema);
}
