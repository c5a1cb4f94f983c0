using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>A view of the rows of another one, with the columns that a transformer adds. Nothing is computed before a cursor asks.</summary>
/// <remarks>ConvertToOnnx takes a view that is no <see cref="ITransformCanSaveOnnx"/> for the data, and would leave out, without a word, all that it was made by.</remarks>
/// <param name="host">The transformer's.</param>
/// <param name="source">The other view.</param>
/// <param name="mapper">What is added.</param>
/// <param name="saveAsOnnx">Adds it to the graph of ConvertToOnnx, or throws.</param>
internal sealed class BoundDataView(IHost host, IDataView source, BoundMapper mapper, Action<OnnxContext> saveAsOnnx) : ITransformCanSaveOnnx
{
    public IDataView Source => source;

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    /// <summary>Always, so that what cannot be exported says so instead of being passed over.</summary>
    public bool CanSaveOnnx(OnnxContext ctx) => true;

    public void SaveAsOnnx(OnnxContext ctx) => saveAsOnnx(ctx);

    public void Save(ModelSaveContext ctx) => throw host.Process(new NotSupportedException("A view is not saved, but the transformer that made it."));

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        var columns = columnsNeeded.ToArray();
        var active = mapper.Activate(columns);
        // Rows are independent of each other and costly, so they are shared out among the processors; ML.NET puts them in order again.
        if (mapper.AddsAny(active) && DataViewUtils.TryCreateConsolidatingCursor(out var parallel, this, columns, host, rand))
            return parallel;
        return Map(source.GetRowCursor(mapper.InputColumns(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        var active = mapper.Activate(columnsNeeded);
        var inputs = source.GetRowCursorSet(mapper.InputColumns(active), n, rand);
        if (inputs.Length == 1 && n > 1 && mapper.AddsAny(active))
            inputs = DataViewUtils.CreateSplitCursors(host, inputs[0], n);
        return Array.ConvertAll(inputs, input => Map(input, active));
    }

    private BoundCursor Map(DataViewRowCursor input, bool[] active)
    {
        if (mapper.ReadsAhead && mapper.AddsAny(active))
            input = RowWindow.Over(input);
        return new BoundCursor(input, mapper.Columns(input, active));
    }
}
