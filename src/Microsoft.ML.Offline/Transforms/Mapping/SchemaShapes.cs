using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>What estimators do with shapes.</summary>
internal static class SchemaShapes
{
    /// <summary>The column of a name, which must be there.</summary>
    public static SchemaShape.Column Find(this SchemaShape schema, IExceptionContext ectx, string name)
        => schema.TryFindColumn(name, out var column) ? column : throw ectx.ExceptSchemaMismatch("inputSchema", "input", name);

    /// <summary>The shape with columns added, or put in the place of those that have the same names.</summary>
    public static SchemaShape With(this SchemaShape schema, IEnumerable<SchemaShape.Column> columns)
    {
        var result = schema.ToDictionary(column => column.Name);
        foreach (var column in columns)
            result[column.Name] = column;
        return new SchemaShape(result.Values);
    }
}
