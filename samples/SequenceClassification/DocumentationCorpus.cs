using System.Runtime.InteropServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace SequenceClassification;

/// <summary>
/// English text that is on every machine with a .NET SDK: the XML documentation of the reference packs. Each summary is labelled with the
/// namespace it stands in, cut to two name parts.
/// </summary>
internal static class DocumentationCorpus
{
    /// <summary>Reads all summaries and keeps the largest namespaces; a text that occurs more than once is kept where it occurred first.</summary>
    /// <exception cref="DirectoryNotFoundException">There are no reference packs beside the runtime.</exception>
    public static List<LabelledText> Read(int namespaceCount)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<LabelledText>();
        foreach (var file in Files())
        {
            var members = Members(file);
            var types = members.Select(member => member.Name).Where(name => name.StartsWith("T:", StringComparison.Ordinal))
                .Select(name => name[2..]).ToHashSet(StringComparer.Ordinal);
            foreach (var (name, text) in members)
            {
                if (text.Length > 0 && Namespace(name, types) is { } space && seen.Add(text))
                    rows.Add(new LabelledText { Label = space, Text = text });
            }
        }
        var largest = rows.GroupBy(row => row.Label)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Take(namespaceCount).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        return rows.FindAll(row => largest.Contains(row.Label));
    }

    private static List<string> Files()
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

    private static List<(string Name, string Text)> Members(string file)
    {
        try
        {
            return XDocument.Load(file).Descendants("member")
                .Select(member => ((string?)member.Attribute("name") ?? "", Render(member.Element("summary"))))
                .ToList();
        }
        catch (XmlException)
        {
            // Not a documentation file; packs hold other XML too.
            return [];
        }
    }

    /// <summary>The namespace of a member: that of its outermost known type.</summary>
    private static string? Namespace(string member, HashSet<string> types)
    {
        var end = member.IndexOf('(', StringComparison.Ordinal);
        var parts = (end < 0 ? member : member[..end])[2..].Split('.');
        var prefix = new StringBuilder(parts[0]);
        for (var count = 1; count < parts.Length; count++)
        {
            prefix.Append('.').Append(parts[count]);
            if (types.Contains(prefix.ToString()))
                return string.Join('.', parts.Take(Math.Min(count, 2)));
        }
        return null;
    }

    /// <summary>A summary as a reader sees it: references by the last part of their names.</summary>
    private static string Render(XElement? summary)
    {
        if (summary == null)
            return "";
        var text = new StringBuilder();
        foreach (var node in summary.DescendantNodes())
        {
            if (node is XText plain)
            {
                text.Append(plain.Value);
            }
            else if (node is XElement element && !element.Nodes().Any())
            {
                var name = (string?)element.Attribute("langword") ?? (string?)element.Attribute("name") ?? (string?)element.Attribute("cref") ?? "";
                name = name.Split('(')[0];
                text.Append(' ').Append(name[(name.LastIndexOfAny(['.', ':']) + 1)..].Split('`')[0]).Append(' ');
            }
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace(" .", ".").Replace(" ,", ",");
    }
}
