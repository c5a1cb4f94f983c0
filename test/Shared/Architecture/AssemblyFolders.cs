using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.RevRnn.Architecture;

/// <summary>
/// The folders that an assembly's source lies in, and which of them uses which. Types are found in the compiled code, and their source files in its symbols: what
/// counts is what is there, whatever namespaces say. Only the folders right below the project's are told apart. What the compiler leaves no trace of, such as
/// constants and nameof, is not seen.
/// </summary>
internal sealed class AssemblyFolders : IDisposable
{
    /// <summary>Under this kind the symbols name the files of types that have no code (Portable PDB format, TypeDefinitionDocuments).</summary>
    private static readonly Guid _typeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly PEReader _image;
    private readonly MetadataReaderProvider _symbols;
    private readonly MetadataReader _metadata;
    private readonly MetadataReader _debug;
    private readonly string _project;
    private readonly Dictionary<TypeDefinitionHandle, string> _folders = [];

    /// <param name="path">The assembly; its symbols are beside it. It has the name of its project's folder.</param>
    public AssemblyFolders(string path)
    {
        _project = $"/{Path.GetFileNameWithoutExtension(path)}/";
        _image = new PEReader(File.OpenRead(path));
        _symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        _metadata = _image.GetMetadataReader();
        _debug = _symbols.GetMetadataReader();
        foreach (var handle in _metadata.TypeDefinitions)
        {
            // What the compiler makes up has no file, or a temporary one.
            foreach (var folder in Documents(handle).Select(FolderOf).Where(folder => folder != "obj"))
            {
                var type = Outermost(handle);
                if (_folders.TryAdd(type, folder) || _folders[type] == folder)
                    continue;
                throw new InvalidOperationException($"{Name(type)} is in two folders, {_folders[type]} and {folder}.");
            }
        }
    }

    /// <summary>The folders that have a type; empty for the project's own.</summary>
    public IReadOnlyCollection<string> Folders => [.. _folders.Values.Distinct()];

    /// <summary>The uses of types in other folders.</summary>
    public IReadOnlyCollection<FolderUse> Uses()
    {
        var uses = new HashSet<FolderUse>();
        foreach (var handle in _metadata.TypeDefinitions)
        {
            if (!_folders.TryGetValue(Outermost(handle), out var folder))
                continue;
            var used = new UsedTypes(_image, _metadata);
            used.AddAllOf(handle);
            foreach (var other in used.Types.Select(Outermost))
            {
                if (_folders.TryGetValue(other, out var otherFolder) && otherFolder != folder)
                    uses.Add(new FolderUse(folder, Name(Outermost(handle)), otherFolder, Name(other)));
            }
        }
        return uses;
    }

    public void Dispose()
    {
        _symbols.Dispose();
        _image.Dispose();
    }

    private string Name(TypeDefinitionHandle type) => _metadata.GetString(_metadata.GetTypeDefinition(type).Name);

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle type)
    {
        while (_metadata.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer)
            type = outer;
        return type;
    }

    private IEnumerable<DocumentHandle> Documents(TypeDefinitionHandle type)
    {
        foreach (var method in _metadata.GetTypeDefinition(type).GetMethods())
        {
            foreach (var point in _debug.GetMethodDebugInformation(method.ToDebugInformationHandle()).GetSequencePoints())
                yield return point.Document;
        }
        foreach (var handle in _debug.GetCustomDebugInformation(type))
        {
            var information = _debug.GetCustomDebugInformation(handle);
            if (_debug.GetGuid(information.Kind) != _typeDocuments)
                continue;
            var rows = _debug.GetBlobReader(information.Value);
            while (rows.RemainingBytes > 0)
                yield return System.Reflection.Metadata.Ecma335.MetadataTokens.DocumentHandle(rows.ReadCompressedInteger());
        }
    }

    private string FolderOf(DocumentHandle document)
    {
        var path = _debug.GetString(_debug.GetDocument(document).Name).Replace('\\', '/');
        var start = path.LastIndexOf(_project, StringComparison.Ordinal);
        // A source generator's file is nowhere.
        if (start < 0)
            return "obj";
        var inProject = path[(start + _project.Length)..];
        return inProject.Contains('/') ? inProject[..inProject.IndexOf('/')] : "";
    }
}
