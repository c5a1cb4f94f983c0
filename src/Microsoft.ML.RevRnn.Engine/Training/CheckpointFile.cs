using System.Security.Cryptography;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The place of a checkpoint: one training at a time has it, and its file is replaced as a whole or not at all. Beside it there are, while training runs,
/// "name.lock", and while the file is written, that of <see cref="AtomicFile"/>.
/// </summary>
internal sealed class CheckpointFile(string path)
{
    public string Path { get; } = AtomicFile.Resolve(path);

    public bool Exists => File.Exists(Path);

    /// <summary>Keeps others away until the result is disposed of, also those in other processes, and removes what a killed training has left.</summary>
    /// <remarks>The operating system takes the lock away with the process that had it, however that ends.</remarks>
    /// <exception cref="IOException">The folder is missing or cannot be written to.</exception>
    /// <exception cref="InvalidOperationException">Another training has the file.</exception>
    public IDisposable Lock()
    {
        var name = Path + ".lock";
        FileStream taken;
        try
        {
            taken = new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception failure) when (failure is DirectoryNotFoundException or UnauthorizedAccessException || (failure is IOException && !File.Exists(name)))
        {
            throw new IOException($"The checkpoint '{Path}' could not be written; its folder must exist and be writable. {failure.Message}", failure);
        }
        catch (IOException failure)
        {
            throw new InvalidOperationException(
                $"Another training is using the checkpoint '{Path}'. Wait for its end, or set {nameof(TrainingOptions.CheckpointPath)} to another file.", failure);
        }
        AtomicFile.RemoveRemains(Path);
        return taken;
    }

    /// <summary>Replaces the file by what is written, and its SHA-256.</summary>
    /// <exception cref="IOException">It cannot be written; the former one is still there.</exception>
    public void Replace(Action<BinaryWriter> write) => AtomicFile.Write(
        Path,
        file =>
        {
            using var hash = SHA256.Create();
            using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
            using (var writer = new BinaryWriter(hashed))
                write(writer);
            file.Write(hash.Hash!);
        },
        "checkpoint");
}
