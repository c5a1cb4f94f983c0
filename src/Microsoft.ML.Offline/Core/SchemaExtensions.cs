namespace Microsoft.ML.Data;

/// <summary>Questions to schemas.</summary>
internal static class SchemaExtensions
{
    /// <summary>A schema of columns.</summary>
    public static DataViewSchema MakeSchema(IEnumerable<DataViewSchema.DetachedColumn> columns)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(columns);
        return builder.ToSchema();
    }

    /// <summary>The index of the visible column of a name; -1 when there is none.</summary>
    public static bool TryGetColumnIndex(this DataViewSchema schema, string name, out int col)
    {
        col = schema.GetColumnOrNull(name)?.Index ?? -1;
        return col >= 0;
    }
}
