namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A folder of its own for a test, gone after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("revrnn").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public string[] Files => Directory.GetFiles(_path, "*", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
