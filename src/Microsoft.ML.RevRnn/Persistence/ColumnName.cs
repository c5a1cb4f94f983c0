namespace Microsoft.ML.RevRnn.Persistence;

/// <summary>The names of columns in a saved model: length-prefixed UTF-8.</summary>
internal static class ColumnName
{
    /// <exception cref="FormatException">It is empty.</exception>
    public static string Read(BinaryReader reader)
    {
        var name = reader.ReadString();
        return name.Length > 0 ? name : throw new FormatException("A column has no name.");
    }

    /// <summary>Checks the names of the columns that a model adds.</summary>
    /// <exception cref="FormatException">Two have the same.</exception>
    public static void RequireDifferent(params ReadOnlySpan<string> added)
    {
        for (var i = 1; i < added.Length; i++)
        {
            if (added[..i].Contains(added[i]))
                throw new FormatException($"Two of the columns that the model adds have the same name, '{added[i]}'.");
        }
    }
}
