using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>What all rows have in common.</summary>
internal static class RowGetters
{
    /// <summary>The getter of a column, which must be active and of the type asked for.</summary>
    public static ValueGetter<TValue> Cast<TValue>(Delegate?[] getters, DataViewSchema.Column column)
    {
        var getter = (uint)column.Index < (uint)getters.Length ? getters[column.Index] : null;
        Contracts.CheckParam(getter != null, nameof(column), $"The column '{column.Name}' is not active in this row.");
        return getter as ValueGetter<TValue>
            ?? throw Contracts.Except($"The column '{column.Name}' of type {column.Type} has no values of {typeof(TValue)}.");
    }

    /// <summary>Which columns of a schema are in a selection.</summary>
    public static bool[] ToMask(IEnumerable<DataViewSchema.Column> columns, DataViewSchema schema)
    {
        var mask = new bool[schema.Count];
        foreach (var column in columns)
        {
            bool exists = column.Index < mask.Length && schema[column.Index].Name == column.Name;
            Contracts.CheckParam(exists, nameof(columns), $"There is no column '{column.Name}'.");
            mask[column.Index] = true;
        }

        return mask;
    }
}
