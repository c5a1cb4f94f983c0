using Samples;

namespace SequenceClassification;

/// <summary>The summaries of the .NET documentation, each labelled with the namespace it stands in, cut to two name parts.</summary>
internal static class DocumentationCorpus
{
    /// <summary>Reads all summaries and keeps the largest namespaces; a text that occurs more than once is kept where it occurred first.</summary>
    /// <exception cref="DirectoryNotFoundException">There are no reference packs beside the runtime.</exception>
    public static List<LabelledText> Read(int namespaceCount)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<LabelledText>();
        foreach (var file in ReferencePacks.Files())
        {
            foreach (var member in DocumentationFile.Read(file, entry => DocumentationText.Render(entry.Element("summary"))))
            {
                if (member.Text.Length > 0 && seen.Add(member.Text))
                    rows.Add(new LabelledText { Label = member.Namespace, Text = member.Text });
            }
        }
        return LargestClasses.Keep(rows, namespaceCount);
    }
}
