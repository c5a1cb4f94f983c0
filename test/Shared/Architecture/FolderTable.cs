namespace Microsoft.ML.RevRnn.Architecture;

/// <summary>A Markdown table whose first column names folders in such an order that each uses those above it only.</summary>
internal static class FolderTable
{
    /// <summary>The names in the first column of a document's first table with this column header.</summary>
    public static IReadOnlyList<string> Read(string path, string header) =>
        [.. File.ReadLines(path).SkipWhile(line => FirstCell(line) != header).Skip(2).TakeWhile(line => FirstCell(line) != null).Select(line => FirstCell(line)!)];

    private static string? FirstCell(string line) => line.StartsWith('|') ? line.Split('|')[1].Trim() : null;
}
