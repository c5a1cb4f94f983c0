using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where a component loads itself from: its stream in the model file, and the file, for its parts.</summary>
internal sealed class ModelLoadContext : IDisposable
{
    public const string ModelStreamName = "Model.key";

    // Parts lie in parts; deeper than this no sound model goes, and a file made up to exhaust the stack does.
    private const int MaximumDepth = 64;

    /// <summary>The model file.</summary>
    public readonly RepositoryReader Repository;

    /// <summary>The component's folder in it.</summary>
    public readonly string? Directory;

    /// <summary>Reads the component's stream.</summary>
    public readonly BinaryReader Reader;

    /// <summary>The strings that the stream refers to.</summary>
    public readonly string[] Strings;

    /// <summary>The assembly that the loader is in.</summary>
    public readonly string? LoaderAssemblyName;

    /// <summary>The stream's header.</summary>
    internal ModelHeader Header;

    /// <summary>Where the header starts in the stream.</summary>
    public readonly long FpMin;

    internal ModelLoadContext(RepositoryReader rep, Repository.Entry ent, string? dir)
    {
        Contracts.CheckValue(rep, nameof(rep));
        Repository = rep;
        Directory = dir;
        Reader = new BinaryReader(ent.Stream, Encoding.UTF8, leaveOpen: true);
        Header = ModelHeader.BeginRead(Reader, out FpMin, out Strings, out LoaderAssemblyName);
    }

    /// <summary>Whether parts can be loaded; always so here.</summary>
    public bool InRepository => Repository != null;

    /// <summary>Checks that nothing was read yet.</summary>
    public void CheckAtModel() => Repository.ExceptionContext.Check(Reader.BaseStream.Position == FpMin + Header.FpModel);

    /// <summary>Checks that nothing was read yet and that the component can read what was written.</summary>
    public void CheckAtModel(VersionInfo ver)
    {
        CheckAtModel();
        CheckVersionInfo(ver);
    }

    /// <summary>Checks that the component can read what was written.</summary>
    public void CheckVersionInfo(VersionInfo ver) => Header.CheckVersionInfo(ver);

    /// <summary>Reads a reference to a string, which may be null.</summary>
    public string? LoadStringOrNull()
    {
        int id = Reader.ReadInt32();
        return id == -1 ? null : GetString(id);
    }

    /// <summary>Reads a reference to a string.</summary>
    public string LoadString() => GetString(Reader.ReadInt32());

    /// <summary>Reads a reference to a string that is not empty.</summary>
    public string LoadNonEmptyString()
    {
        string text = LoadString();
        Repository.ExceptionContext.CheckDecode(text.Length > 0, "The model has an empty string where there must be one.");
        return text;
    }

    private string GetString(int id)
    {
        Repository.ExceptionContext.CheckDecode(0 <= id && id < Strings.Length, "The model refers to a string that it does not have.");
        return Strings[id];
    }

    /// <summary>Whether there is a part in a folder.</summary>
    public bool ContainsModel(string name)
    {
        if (string.IsNullOrEmpty(name))
            return false;
        using var entry = Repository.OpenEntryOrNull(ML.Repository.Join(Directory, name), ModelStreamName);
        return entry != null;
    }

    /// <summary>Loads the component in a folder; false when the folder is not there.</summary>
    public static bool LoadModelOrNull<TRes, TSig>(
        IHostEnvironment env, [NotNullWhen(true)] out TRes? result, RepositoryReader rep, string? dir, params object[] extra)
        where TRes : class
    {
        Contracts.CheckValue(env, nameof(env));
        env.CheckValue(rep, nameof(rep));
        result = null;
        using var entry = rep.OpenEntryOrNull(dir, ModelStreamName);
        if (entry == null)
            return false;
        env.CheckDecode(dir == null || dir.Count(c => c == '/') < MaximumDepth, "The model's parts are nested too deeply.");
        using var context = new ModelLoadContext(rep, entry, dir);
        result = context.Create<TRes, TSig>(env, extra) ?? throw env.ExceptDecode($"The model's part '{dir}' has no known loader.");
        return true;
    }

    /// <summary>Loads the component in a folder.</summary>
    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string? dir, params object[] extra)
        where TRes : class
    {
        if (!LoadModelOrNull<TRes, TSig>(env, out var found, rep, dir, extra))
            throw env.ExceptDecode($"The model has no part '{dir}'.");
        result = found;
    }

    /// <summary>Loads a part; false when it is not there.</summary>
    public bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, [NotNullWhen(true)] out TRes? result, string name, params object[] extra)
        where TRes : class
        => LoadModelOrNull<TRes, TSig>(env, out result, Repository, ML.Repository.Join(Directory, name), extra);

    /// <summary>Loads a part.</summary>
    public void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
        => LoadModel<TRes, TSig>(env, out result, Repository, ML.Repository.Join(Directory, name), extra);

    private TRes? Create<TRes, TSig>(IHostEnvironment env, object[] extra)
        where TRes : class
    {
        if (!string.IsNullOrEmpty(LoaderAssemblyName))
            env.ComponentCatalog.RegisterAssembly(Assembly.Load(LoaderAssemblyName));
        object[] arguments = [this, .. extra];
        foreach (string signature in (ReadOnlySpan<string>)[Header.LoaderSignature, Header.LoaderSignatureAlt])
        {
            if (string.IsNullOrWhiteSpace(signature))
                continue;
            if (ComponentCatalog.TryCreateInstance<object, TSig>(env, out object? made, signature, "", arguments) && made is TRes result)
            {
                Done();
                return result;
            }
        }

        return null;
    }

    /// <summary>Loads a part that a function reads; false when it is not there.</summary>
    public bool TryProcessSubModel(string dir, Action<ModelLoadContext> action)
    {
        Repository.ExceptionContext.CheckNonEmpty(dir, nameof(dir));
        Repository.ExceptionContext.CheckValue(action, nameof(action));
        string path = ML.Repository.Join(Directory, dir);
        using var entry = Repository.OpenEntryOrNull(path, ModelStreamName);
        if (entry == null)
            return false;
        using var context = new ModelLoadContext(Repository, entry, path);
        action(context);
        return true;
    }

    /// <summary>Reads a stream of bytes beside the component's own; false when it is not there.</summary>
    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action)
    {
        Repository.ExceptionContext.CheckValue(action, nameof(action));
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry == null)
            return false;
        using var reader = new BinaryReader(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(reader);
        return true;
    }

    /// <summary>Reads a stream of text beside the component's own; false when it is not there.</summary>
    public bool TryLoadTextStream(string name, Action<TextReader> action)
    {
        Repository.ExceptionContext.CheckValue(action, nameof(action));
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry == null)
            return false;
        using var reader = new StreamReader(entry.Stream, leaveOpen: true);
        action(reader);
        return true;
    }

    /// <summary>Checks that everything was read, and closes the stream.</summary>
    public void Done()
    {
        Header.EndRead(Reader, FpMin);
        Dispose();
    }

    /// <summary>Closes the stream.</summary>
    public void Dispose() => Reader.Dispose();
}
