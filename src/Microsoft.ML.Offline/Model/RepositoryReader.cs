using System.IO.Compression;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Reads a model file, which may be anything: sizes are believed only where there are bytes, and checksums are compared.</summary>
internal sealed class RepositoryReader : Repository
{
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];

    private RepositoryReader(Stream stream, IExceptionContext? ectx)
        : base(ectx)
    {
        try
        {
            _archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in _archive.Entries)
                _entries[Normalize(entry.FullName)] = entry;
        }
        catch (Exception ex)
        {
            throw ectx.ExceptDecode(ex, "The file is not a model file: it does not open as a zip archive.");
        }
    }

    /// <summary>Opens a file.</summary>
    public static RepositoryReader Open(Stream stream, IExceptionContext? ectx = null, bool useFileSystem = true)
    {
        ectx.CheckValue(stream, nameof(stream));
        return new RepositoryReader(stream, ectx);
    }

    /// <summary>Opens an entry at the top.</summary>
    public Entry OpenEntry(string name) => OpenEntry(null, name);

    /// <summary>Opens an entry.</summary>
    public Entry OpenEntry(string? dir, string name)
        => OpenEntryOrNull(dir, name) ?? throw ExceptionContext.Except($"The model has no entry '{GetPath(dir, name)}'.");

    /// <summary>Opens an entry at the top, if there is one of that name.</summary>
    public Entry? OpenEntryOrNull(string name) => OpenEntryOrNull(null, name);

    /// <summary>Opens an entry, if there is one of that name.</summary>
    public Entry? OpenEntryOrNull(string? dir, string name)
    {
        string path = GetPath(dir, name);
        if (!_entries.TryGetValue(path, out var entry))
            return null;
        try
        {
            return new Entry(this, path, Extract(entry));
        }
        catch (Exception ex) when (ex is InvalidDataException or IOException or NotSupportedException)
        {
            throw ExceptionContext.ExceptDecode(ex, $"The model's entry '{path}' is corrupt.");
        }
    }

    private static MemoryStream Extract(ZipArchiveEntry entry)
    {
        var result = new MemoryStream();
        var buffer = new byte[1 << 16];
        uint crc = 0;
        using (var source = entry.Open())
        {
            int count;
            while ((count = source.Read(buffer)) > 0)
            {
                if (result.Length + count > entry.Length)
                    throw new InvalidDataException("There are more bytes than the directory says.");
                crc = Crc32.Append(crc, buffer.AsSpan(0, count));
                result.Write(buffer.AsSpan(0, count));
            }
        }

        if (result.Length != entry.Length)
            throw new InvalidDataException("There are fewer bytes than the directory says.");
        if (crc != entry.Crc32)
            throw new InvalidDataException("The checksum does not match.");
        result.Position = 0;
        return result;
    }

    private protected override void OnDispose(Entry entry) => entry.Stream.Dispose();

    protected override void Dispose(bool disposing) => _archive.Dispose();
}
