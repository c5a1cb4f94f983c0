using System.IO.Compression;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Writes a model file. Entries are held in memory while they are open, since parts are saved inside of parts.</summary>
internal sealed class RepositoryWriter : Repository
{
    private readonly ZipArchive _archive;
    private readonly HashSet<string> _paths = [];
    private readonly List<Entry> _open = [];

    private RepositoryWriter(Stream stream, IExceptionContext? ectx)
        : base(ectx)
        => _archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);

    /// <summary>Starts a file with the entry that tells the version.</summary>
    public static RepositoryWriter CreateNew(Stream stream, IExceptionContext? ectx = null, bool useFileSystem = true)
    {
        ectx.CheckValue(stream, nameof(stream));
        var repository = new RepositoryWriter(stream, ectx);
        using (var entry = repository.CreateEntry("TrainingInfo", "Version.txt"))
            entry.Stream.Write("5.0.0\n"u8);
        return repository;
    }

    /// <summary>Starts an entry at the top.</summary>
    public Entry CreateEntry(string name) => CreateEntry(null, name);

    /// <summary>Starts an entry in a folder.</summary>
    public Entry CreateEntry(string? dir, string name)
    {
        string path = GetPath(dir, name);
        if (!_paths.Add(path))
            throw ExceptionContext.ExceptParam(nameof(name), $"The model has an entry '{path}' already.");
        var entry = new Entry(this, path, new MemoryStream());
        _open.Add(entry);
        return entry;
    }

    /// <summary>Closes what is open and finishes the file.</summary>
    public void Commit()
    {
        foreach (var entry in _open.ToArray())
            entry.Dispose();
        Dispose();
    }

    private protected override void OnDispose(Entry entry)
    {
        _open.Remove(entry);
        entry.Stream.Position = 0;
        using (var target = _archive.CreateEntry(entry.Path).Open())
            entry.Stream.CopyTo(target);
        entry.Stream.Dispose();
    }

    protected override void Dispose(bool disposing) => _archive.Dispose();
}
