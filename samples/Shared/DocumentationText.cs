using System.Text;
using System.Xml.Linq;

namespace Samples;

/// <summary>Documentation as a reader sees it.</summary>
internal static class DocumentationText
{
    /// <summary>The texts of an entry's parts in the file's order: summary, parameters, returns, exceptions, remarks, examples.</summary>
    public static string RenderParts(XElement entry) => string.Join(' ', entry.Elements().Select(Render).Where(text => text.Length > 0));

    /// <summary>The text of an element, with references by the last part of their names; empty if there is no element.</summary>
    public static string Render(XElement? element)
    {
        if (element == null)
            return "";
        var text = new StringBuilder();
        foreach (var node in element.DescendantNodes())
        {
            if (node is XText plain)
            {
                text.Append(plain.Value);
            }
            else if (node is XElement inner && !inner.Nodes().Any())
            {
                var name = (string?)inner.Attribute("langword") ?? (string?)inner.Attribute("name") ?? (string?)inner.Attribute("cref") ?? "";
                name = name.Split('(')[0];
                text.Append(' ').Append(name[(name.LastIndexOfAny(['.', ':']) + 1)..].Split('`')[0]).Append(' ');
            }
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace(" .", ".").Replace(" ,", ",");
    }
}
