using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where a component saves itself: its stream in the model file, and the file, for its parts.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private readonly Repository.Entry _entry;
    private readonly List<string> _strings = [];
    private readonly Dictionary<string, int> _stringIds = [];
    private string? _loaderAssemblyName;
    private bool _disposed;

    /// <summary>The model file.</summary>
    internal readonly RepositoryWriter Repository;

    /// <summary>The component's folder in it.</summary>
    internal readonly string? Directory;

    /// <summary>Writes the component's stream.</summary>
    internal readonly BinaryWriter Writer;

    /// <summary>The stream's header.</summary>
    internal ModelHeader Header;

    /// <summary>Where the header starts in the stream.</summary>
    internal readonly long FpMin;

    internal ModelSaveContext(RepositoryWriter rep, string? dir, string name)
    {
        Contracts.CheckValue(rep, nameof(rep));
        rep.ExceptionContext.CheckNonEmpty(name, nameof(name));
        Repository = rep;
        Directory = dir;
        _entry = rep.CreateEntry(dir, name);
        Writer = new BinaryWriter(_entry.Stream, Encoding.UTF8, leaveOpen: true);
        FpMin = _entry.Stream.Position;
        Header = ModelHeader.BeginWrite(Writer);
    }

    /// <summary>Whether parts can be saved; always so here.</summary>
    internal bool InRepository => Repository != null;

    /// <summary>Checks that nothing was written yet.</summary>
    internal void CheckAtModel() => Repository.ExceptionContext.Check(Writer.BaseStream.Position == FpMin + Header.FpModel);

    /// <summary>Tells the format, and who loads it.</summary>
    internal void SetVersionInfo(VersionInfo ver)
    {
        Header.SetVersionInfo(ver);
        _loaderAssemblyName = ver.LoaderAssemblyName;
    }

    /// <summary>Writes a reference to a string, which may be null.</summary>
    internal void SaveStringOrNull(string? str) => Writer.Write(str == null ? -1 : GetStringId(str));

    /// <summary>Writes a reference to a string.</summary>
    internal void SaveString(string str)
    {
        Repository.ExceptionContext.CheckValue(str, nameof(str));
        Writer.Write(GetStringId(str));
    }

    /// <summary>Writes a reference to a string.</summary>
    internal void SaveString(ReadOnlyMemory<char> str) => Writer.Write(GetStringId(str.ToString()));

    /// <summary>Writes a reference to a string that is not empty.</summary>
    internal void SaveNonEmptyString(string str)
    {
        Repository.ExceptionContext.CheckParam(!string.IsNullOrEmpty(str), nameof(str));
        Writer.Write(GetStringId(str));
    }

    /// <summary>Writes a stream of text beside the component's own.</summary>
    internal void SaveTextStream(string name, Action<TextWriter> action)
    {
        Repository.ExceptionContext.CheckValue(action, nameof(action));
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = new StreamWriter(entry.Stream, leaveOpen: true);
        action(writer);
    }

    /// <summary>Writes a stream of bytes beside the component's own.</summary>
    internal void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
        Repository.ExceptionContext.CheckValue(action, nameof(action));
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = new BinaryWriter(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(writer);
    }

    /// <summary>Saves a part in a folder of its own.</summary>
    internal void SaveModel<T>(T? value, string name)
        where T : class
        => SaveModel(Repository, value, ML.Repository.Join(Directory, name));

    /// <summary>Saves a component in a folder; nothing when it is null or cannot be saved.</summary>
    internal static void SaveModel<T>(RepositoryWriter rep, T? value, string path)
        where T : class
    {
        if (value is not ICanSaveModel model)
            return;
        using var context = new ModelSaveContext(rep, path, ModelLoadContext.ModelStreamName);
        model.Save(context);
        context.Done();
    }

    /// <summary>Saves a part that a function writes.</summary>
    internal void SaveSubModel(string dir, Action<ModelSaveContext> fn)
    {
        Repository.ExceptionContext.CheckNonEmpty(dir, nameof(dir));
        Repository.ExceptionContext.CheckValue(fn, nameof(fn));
        using var context = new ModelSaveContext(Repository, ML.Repository.Join(Directory, dir), ModelLoadContext.ModelStreamName);
        fn(context);
        context.Done();
    }

    /// <summary>Writes the strings and the header, and closes the stream.</summary>
    internal void Done()
    {
        Repository.ExceptionContext.Check(Header.ModelSignature != 0, "The component did not call SetVersionInfo.");
        Header.EndWrite(Writer, FpMin, _strings, _loaderAssemblyName);
        Dispose();
    }

    /// <summary>Closes the stream.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Writer.Dispose();
        _entry.Dispose();
    }

    private int GetStringId(string text)
    {
        if (!_stringIds.TryGetValue(text, out int id))
        {
            _stringIds.Add(text, id = _strings.Count);
            _strings.Add(text);
        }

        return id;
    }
}
