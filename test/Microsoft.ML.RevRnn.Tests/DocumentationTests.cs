using System.Globalization;
using System.Reflection;
using System.Xml.Linq;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The documentation of the catalogs' methods: each has an example, and tells the defaults that it has.</summary>
[TestClass]
public sealed class DocumentationTests
{
    private static readonly ILookup<string, XElement> _members = XDocument
        .Load(Path.ChangeExtension(typeof(RevRnnCatalog).Assembly.Location, ".xml"))
        .Descendants("member")
        .Where(member => member.Attribute("name")!.Value.StartsWith("M:Microsoft.ML.", StringComparison.Ordinal))
        .ToLookup(member => member.Attribute("name")!.Value.Split('(')[0][2..]);

    private static readonly MethodInfo[] _methods =
        [.. typeof(RevRnnCatalog).Assembly.GetExportedTypes().Where(type => type.Namespace == "Microsoft.ML").SelectMany(
            type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))];

    [TestMethod]
    public void EachMethodHasAnExample()
    {
        Assert.IsGreaterThan(20, _methods.Length);
        foreach (var method in _methods)
        {
            var members = Of(method).ToArray();
            Assert.IsNotEmpty(members, method.ToString());
            Assert.IsTrue(members.All(member => member.Element("example") != null), method.ToString());
        }
    }

    [TestMethod]
    public void DefaultsAreTold()
    {
        var told = 0;
        foreach (var method in _methods)
        {
            foreach (var parameter in method.GetParameters().Where(parameter => parameter.HasDefaultValue))
            {
                foreach (var text in Of(method).SelectMany(member => member.Elements("param")).Where(param => param.Attribute("name")!.Value == parameter.Name))
                {
                    StringAssert.Contains(Text(text), $"Default {Default(parameter)}", $"{method.Name}, {parameter.Name}");
                    told++;
                }
            }
        }
        Assert.IsGreaterThan(50, told);
    }

    /// <summary>Of the method and its overloads; not of the internal ones, which extend nothing.</summary>
    private static IEnumerable<XElement> Of(MethodInfo method)
    {
        var extended = method.GetParameters()[0].ParameterType.FullName!.Replace('+', '.');
        return _members[$"{method.DeclaringType!.FullName}.{method.Name}"].Where(
            member => member.Attribute("name")!.Value.Contains($"({extended},", StringComparison.Ordinal));
    }

    /// <summary>The text, with a reference to a member as the member's name.</summary>
    private static string Text(XElement element) => string.Concat(element.Nodes().Select(
        node => node is XElement { Name.LocalName: "see" } see ? see.Attribute("cref")!.Value.Split('.')[^1] : node is XText text ? text.Value : ""));

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "null",
        string text => $"\"{text}\"",
        float number => number.ToString("0.###", CultureInfo.InvariantCulture),
        var value when parameter.ParameterType.IsEnum => Enum.GetName(parameter.ParameterType, value)!,
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
