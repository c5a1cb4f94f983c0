namespace Microsoft.ML.Offline.Tests.Support;

/// <summary>An empty folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlnet-");

    /// <summary>The path of a file in the folder.</summary>
    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Writes lines, each ended by a line feed.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string name, params string[] lines)
    {
        File.WriteAllText(Path(name), string.Concat(lines.Select(line => $"{line}\n")));
        return Path(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
