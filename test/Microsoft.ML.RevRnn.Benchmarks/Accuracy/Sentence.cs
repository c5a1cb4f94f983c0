using System.Globalization;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A sentence of SST-2: 1 where it is in favour.</summary>
internal sealed record Sentence(string Text, int Label)
{
    /// <param name="data">The folder that has sst2/.</param>
    /// <param name="file">Rows of text and label.</param>
    public static Sentence[] Read(DirectoryInfo data, string file) =>
    [
        .. File.ReadLines(Path.Combine(data.FullName, "sst2", file))
            .Select(line => line.Split('\t'))
            .Where(parts => parts.Length == 2)
            .Select(parts => new Sentence(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture))),
    ];
}
