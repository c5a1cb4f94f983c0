namespace Microsoft.ML.RevRnn.Persistence;

/// <summary>The name of a column in a saved model: length-prefixed UTF-8.</summary>
internal static class ColumnName
{
    /// <exception cref="FormatException">It is empty.</exception>
    public static string Read(BinaryReader reader)
    {
        var name = reader.ReadString();
        return name.Length > 0 ? name : throw new FormatException("A column has no name.");
    }
}
