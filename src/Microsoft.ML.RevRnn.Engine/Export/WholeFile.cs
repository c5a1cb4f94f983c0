namespace Microsoft.ML.RevRnn.Export;

/// <summary>Writes files as a whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the file, and puts that in its place when it is complete.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{Path.GetFullPath(path)}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = File.Create(temporary))
                write(file);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
