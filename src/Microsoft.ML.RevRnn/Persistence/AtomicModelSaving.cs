using Microsoft.ML.RevRnn;
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
    /// <example><code>mlContext.Model.SaveAtomically(model, data.Schema, "model.zip");</code></example>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        SaveAtomically(filePath, stream => catalog.Save(model, inputSchema, stream), AtomicFile.Write);
    }

    /// <summary>The same for anything that ML.NET writes, to any kind of file.</summary>
    internal static void SaveAtomically(string filePath, Action<Stream> save, Action<string, Action<Stream>, string> write) => write(
        filePath,
        file =>
        {
            var recording = new FailureRecordingStream(file);
            save(recording);
            if (recording.Failure is { } failure)
                throw new IOException(failure.Message, failure);
        },
        "model");
}
