using Microsoft.ML.RevRnn.Files;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Writes files as a whole or not at all: beside a file, under another name, and in its place when it is complete and on the disk. Whatever fails on the way, the disk
/// or the process, what was there before is there as it was.
/// </summary>
public static class AtomicFile
{
    private const string TemporaryEnd = ".tmp";

    /// <summary>Replaces a file, or makes it. A link stays one: what it leads to is replaced. The file keeps the mode that it had.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="what">What the content is, for the message of a failure: "model".</param>
    /// <exception cref="IOException">It cannot be written; the message names it, and the former file is unchanged. What <paramref name="write"/> throws otherwise is passed on.</exception>
    public static void Write(string path, Action<Stream> write, string what = "file")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var target = Resolve(path);
        var temporary = $"{target}.{Path.GetRandomFileName()}{TemporaryEnd}";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                write(file);
                // What the system only promised to write may still not fit.
                file.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
            FolderSync.Flush(Path.GetDirectoryName(target)!);
        }
        catch (Exception failure)
        {
            TryDelete(temporary);
            if (failure is not (IOException or UnauthorizedAccessException))
                throw;
            throw new IOException($"The {what} could not be saved to '{path}'; if there was such a file before, it is unchanged. {failure.Message}", failure);
        }
    }

    /// <summary>The full path of a file, of what it leads to where it is a link.</summary>
    internal static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget == null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    /// <summary>Removes what processes that were killed have left beside a file.</summary>
    /// <param name="path">The file, no link.</param>
    internal static void RemoveRemains(string path)
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*" + TemporaryEnd))
        {
            if (IsTemporary(file, path))
                TryDelete(file);
        }
    }

    /// <summary>Whether a file has a name that <see cref="Write"/> gives: that of the other, eight and three letters or digits.</summary>
    private static bool IsTemporary(string file, string path)
    {
        var name = Path.GetFileName(file.AsSpan());
        var random = name[(Path.GetFileName(path.AsSpan()).Length + 1)..^TemporaryEnd.Length];
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
