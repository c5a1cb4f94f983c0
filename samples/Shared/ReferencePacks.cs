using System.Runtime.InteropServices;

namespace Samples;

/// <summary>The XML documentation of the .NET reference packs: English text that is on every machine with a .NET SDK.</summary>
internal static class ReferencePacks
{
    /// <summary>The documentation files of the newest version of each pack, in an order that is the same everywhere.</summary>
    /// <exception cref="DirectoryNotFoundException">There are no reference packs beside the runtime.</exception>
    public static List<string> Files()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/ is where the running runtime lies, <root>/packs/ where the SDK keeps the references.
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var packs = Path.Combine(root, "packs");
        var files = Directory.Exists(packs)
            ? Directory.EnumerateDirectories(packs, "*.Ref")
                .Select(pack => Directory.EnumerateDirectories(pack).Order(StringComparer.Ordinal).LastOrDefault())
                .OfType<string>()
                .SelectMany(version => Directory.EnumerateFiles(version, "*.xml", SearchOption.AllDirectories))
                .Order(StringComparer.Ordinal).ToList()
            : [];
        if (files.Count == 0)
            throw new DirectoryNotFoundException($"No XML documentation of reference packs under '{packs}'. Give a file of your own: --data file.tsv.");
        return files;
    }
}
