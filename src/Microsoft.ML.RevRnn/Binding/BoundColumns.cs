namespace Microsoft.ML.RevRnn.Binding;

/// <summary>The values of a row's or cursor's output columns: those of the input, and those that were added.</summary>
/// <param name="mapper">Tells which columns there are.</param>
/// <param name="input">The row, or the cursor at a row, that the values come from.</param>
/// <param name="active">Which output columns were asked for, by index.</param>
/// <param name="addedGetters">A ValueGetter for each added column; empty where none was asked for.</param>
internal sealed class BoundColumns(BoundMapper mapper, DataViewRow input, bool[] active, Delegate[] addedGetters)
{
    public DataViewSchema Schema => mapper.OutputSchema;

    public DataViewRow Input => input;

    public bool IsActive(DataViewSchema.Column column) => column.Index < active.Length
        ? active[column.Index]
        : throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not of this schema.");

    public ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this row was made, so it has no values.");
        if (column.Index < input.Schema.Count)
            return input.GetGetter<TValue>(input.Schema[column.Index]);
        return addedGetters[column.Index - input.Schema.Count] as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' holds {Schema[column.Index].Type.RawType}, not {typeof(TValue)}.");
    }
}
