using Samples;

namespace LongDocuments;

/// <summary>
/// The .NET documentation of each type: all that is said of it and its members, nested types included, in the order of the files. The label is the
/// namespace, cut to two name parts.
/// </summary>
internal static class DocumentationCorpus
{
    /// <summary>
    /// Reads all documents and keeps the largest namespaces. Packs document some members in several files; such a member, and a text that is that
    /// of another type, is kept where it occurred first.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There are no reference packs beside the runtime.</exception>
    public static List<LabelledText> Read(int namespaceCount)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var types = new OrderedDictionary<string, (string Namespace, List<string> Texts)>(StringComparer.Ordinal);
        foreach (var file in ReferencePacks.Files())
        {
            foreach (var member in DocumentationFile.Read(file, DocumentationText.RenderParts))
            {
                if (member.Text.Length == 0 || !seen.Add(member.Id))
                    continue;
                if (!types.TryGetValue(member.Type, out var type))
                    types.Add(member.Type, type = (member.Namespace, []));
                type.Texts.Add(member.Text);
            }
        }
        var documents = types.Values.Select(type => new LabelledText { Label = type.Namespace, Text = string.Join(' ', type.Texts) });
        return LargestClasses.Keep([.. documents.DistinctBy(document => document.Text)], namespaceCount);
    }
}
