using Microsoft.ML.RevRnn.Persistence;

namespace Microsoft.ML;

/// <summary>Saves models so that a failure on the way costs nothing.</summary>
public static class AtomicModelSaving
{
    /// <summary>
    /// Saves a model, RevRnn's or any other, like <see cref="ModelOperationsCatalog.Save(ITransformer, DataViewSchema, string)"/>, but all
    /// or nothing: it is written to a temporary file in the same folder, and takes the place of a file of that name when it is complete
    /// and on the disk. If that fails, because the disk is full say, the old file is still there as it was.
    /// </summary>
    /// <param name="catalog">The catalog of model operations.</param>
    /// <param name="model">The trained model.</param>
    /// <param name="inputSchema">The schema of its input; may be null.</param>
    /// <param name="filePath">Where to save it.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <example><code>mlContext.Model.SaveAtomically(model, data.Schema, "model.zip");</code></example>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        SaveAtomically(
            filePath, stream => catalog.Save(model, inputSchema, stream), path => new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite));
    }

    /// <summary>The same for anything that writes to a stream, in any kind of file.</summary>
    internal static void SaveAtomically(string filePath, Action<Stream> save, Func<string, Stream> create, string what = "model")
    {
        // A link stays one: what it leads to is replaced.
        var target = Path.GetFullPath(filePath);
        if (new FileInfo(target).LinkTarget != null)
            target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
        var temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = create(temporary))
                Write(file, save);
            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception failure)
        {
            Delete(temporary);
            if (failure is not IOException)
                throw;
            throw new IOException(
                $"The {what} could not be saved to '{filePath}'; if there was such a file before, it is unchanged. {failure.Message}", failure);
        }
    }

    private static void Write(Stream file, Action<Stream> save)
    {
        var recording = new FailureRecordingStream(file);
        save(recording);
        if (recording.Failure is { } failure)
            throw new IOException(failure.Message, failure);
        // What the system only promised to write may still not fit.
        if (file is FileStream onDisk)
            onDisk.Flush(flushToDisk: true);
        else
            file.Flush();
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to tell about.
        }
    }
}
