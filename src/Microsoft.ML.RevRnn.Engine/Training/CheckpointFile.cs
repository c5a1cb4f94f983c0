using System.Security.Cryptography;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The place of a checkpoint: one training at a time has it, and its file is replaced as a whole or not at all. Beside it there are, while training runs,
/// "name.lock", and while the file is written, "name.xxxxxxxx.xxx.tmp".
/// </summary>
internal sealed class CheckpointFile(string path)
{
    private const string TemporaryEnd = ".tmp";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public bool Exists => File.Exists(Path);

    private string Folder => System.IO.Path.GetDirectoryName(Path)!;

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
        foreach (var file in Directory.EnumerateFiles(Folder, System.IO.Path.GetFileName(Path) + ".*" + TemporaryEnd))
        {
            if (IsTemporary(file))
                TryDelete(file);
        }
        return taken;
    }

    /// <summary>Replaces the file by what is written, and its SHA-256.</summary>
    /// <exception cref="IOException">It cannot be written; the former one is still there.</exception>
    public void Replace(Action<BinaryWriter> write)
    {
        var temporary = $"{Path}.{System.IO.Path.GetRandomFileName()}{TemporaryEnd}";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                using var hash = SHA256.Create();
                using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
                using (var writer = new BinaryWriter(hashed))
                    write(writer);
                file.Write(hash.Hash!);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, Path, overwrite: true);
            FolderSync.Flush(Folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw new IOException($"The checkpoint '{Path}' could not be written; a former one is unchanged. {failure.Message}", failure);
        }
    }

    /// <summary>Whether a file has a name that <see cref="Replace"/> gives: that of the checkpoint, eight and three letters or digits.</summary>
    private bool IsTemporary(string file)
    {
        var name = System.IO.Path.GetFileName(file.AsSpan());
        var random = name[(System.IO.Path.GetFileName(Path.AsSpan()).Length + 1)..^TemporaryEnd.Length];
        if (random.Length != 12 || random[8] != '.')
            return false;
        for (var i = 0; i < random.Length; i++)
        {
            if (i != 8 && !char.IsAsciiLetterLower(random[i]) && !char.IsAsciiDigit(random[i]))
                return false;
        }
        return true;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is in nobody's way, and a failure that brought us here is what the user must see.
        }
    }
}
