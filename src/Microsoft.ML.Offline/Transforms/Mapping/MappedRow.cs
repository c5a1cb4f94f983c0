using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>The output row of a mapping over an input row, which it owns.</summary>
internal sealed class MappedRow : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly RowMapping _mapping;
    private readonly bool[] _active;
    private readonly Delegate?[] _getters;

    public MappedRow(DataViewRow input, RowMapping mapping, bool[] active)
    {
        _input = input;
        _mapping = mapping;
        _active = active;
        _getters = mapping.Columns.Select((column, i) => active[i] ? column.MakeGetter?.Invoke(input) : null).ToArray();
    }

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override DataViewSchema Schema => _mapping.OutputSchema;

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        bool isActive = column.Index < _active.Length && _active[column.Index];
        Contracts.CheckParam(isActive, nameof(column), $"The column '{column.Name}' is not active in this row.");
        var definition = _mapping.Columns[column.Index];
        return definition.MakeGetter == null
            ? _input.GetGetter<TValue>(_input.Schema[definition.Sources[0]])
            : RowGetters.Cast<TValue>(_getters, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
    }
}
