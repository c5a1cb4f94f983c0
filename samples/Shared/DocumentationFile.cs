using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Samples;

/// <summary>A documentation file that the compiler wrote.</summary>
internal static class DocumentationFile
{
    /// <summary>Reads the entries, in the file's order, of which a type is known. A file that is something else has none.</summary>
    /// <param name="file">Where it lies.</param>
    /// <param name="render">Gives the text that is wanted of an entry.</param>
    public static List<DocumentedMember> Read(string file, Func<XElement, string> render)
    {
        var entries = Entries(file, render);
        var types = entries.Select(entry => entry.Id).Where(id => id.StartsWith("T:", StringComparison.Ordinal))
            .Select(id => id[2..]).ToHashSet(StringComparer.Ordinal);
        var members = new List<DocumentedMember>(entries.Count);
        foreach (var (id, text) in entries)
        {
            if (FindType(id, types) is var (type, space))
                members.Add(new DocumentedMember(id, type, space, text));
        }
        return members;
    }

    private static List<(string Id, string Text)> Entries(string file, Func<XElement, string> render)
    {
        var entries = new List<(string, string)>();
        try
        {
            using var reader = XmlReader.Create(file, new XmlReaderSettings { IgnoreWhitespace = true });
            reader.MoveToContent();
            while (!reader.EOF)
            {
                if (reader.NodeType != XmlNodeType.Element || reader.Name != "member")
                    reader.Read();
                else if (XNode.ReadFrom(reader) is XElement member && (string?)member.Attribute("name") is { Length: > 2 } id)
                    entries.Add((id, render(member)));
            }
            return entries;
        }
        catch (XmlException)
        {
            // Not a documentation file; packs hold other XML too.
            return [];
        }
    }

    /// <summary>The outermost known type of a member, and its namespace; null where there is none.</summary>
    private static (string Type, string Namespace)? FindType(string id, HashSet<string> types)
    {
        var end = id.IndexOf('(', StringComparison.Ordinal);
        var parts = (end < 0 ? id : id[..end])[2..].Split('.');
        var prefix = new StringBuilder(parts[0]);
        for (var count = 1; count < parts.Length; count++)
        {
            prefix.Append('.').Append(parts[count]);
            if (types.Contains(prefix.ToString()))
                return (prefix.ToString(), string.Join('.', parts.Take(Math.Min(count, 2))));
        }
        return null;
    }
}
