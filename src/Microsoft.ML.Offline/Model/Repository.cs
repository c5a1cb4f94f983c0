using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The zip archive of a model file: named streams in folders.</summary>
internal abstract class Repository : IDisposable
{
    private protected Repository(IExceptionContext? ectx) => ExceptionContext = ectx;

    /// <summary>Who works with the file; may be null.</summary>
    public IExceptionContext? ExceptionContext { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the archive.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Called when an entry was closed.</summary>
    private protected abstract void OnDispose(Entry entry);

    /// <summary>The path of an entry in the archive.</summary>
    private protected string GetPath(string? dir, string name)
    {
        ExceptionContext.CheckParam(dir == null || !dir.Contains(".."), nameof(dir));
        ExceptionContext.CheckParam(!string.IsNullOrWhiteSpace(name) && !name.Contains(".."), nameof(name));
        return Join(dir, name);
    }

    /// <summary>Joins two parts of a path as they stand in the archive.</summary>
    public static string Join(string? dir, string name) => Normalize(string.IsNullOrEmpty(dir) ? name : $"{dir}/{name}");

    private protected static string Normalize(string path) => path.Replace('\\', '/');

    /// <summary>One stream.</summary>
    public sealed class Entry : IDisposable
    {
        private Repository? _repository;

        internal Entry(Repository repository, string path, Stream stream)
        {
            _repository = repository;
            Path = path;
            Stream = stream;
        }

        /// <summary>Where it is in the archive.</summary>
        public string Path { get; }

        /// <summary>Its bytes.</summary>
        public Stream Stream { get; }

        /// <inheritdoc/>
        public void Dispose()
        {
            _repository?.OnDispose(this);
            _repository = null;
        }
    }
}
