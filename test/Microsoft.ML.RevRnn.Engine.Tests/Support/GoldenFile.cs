using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>One of the reference results in Golden/; a path is a list of property names and array indices.</summary>
internal sealed class GoldenFile
{
    private readonly JsonElement _root;

    private GoldenFile(JsonElement root) => _root = root;

    public static GoldenFile Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", name + ".json")));
        return new GoldenFile(document.RootElement.Clone());
    }

    /// <summary>
    /// The names of all files there are that begin with one of some names: the reference's own, and others of its kind, with other sizes or settings, that are put beside it.
    /// </summary>
    public static IEnumerable<string> Names(params string[] beginnings) => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.json")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Where(name => beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal))).Order(StringComparer.Ordinal);

    /// <summary>What lies at a path, as a file of its own.</summary>
    public GoldenFile Part(params object[] path) => new(Find(path));

    public bool Has(params string[] path)
    {
        var element = _root;
        return path.All(part => element.TryGetProperty(part, out element));
    }

    public IEnumerable<string> Keys(params object[] path) => Find(path).EnumerateObject().Select(property => property.Name);

    public int Count(params object[] path) => Find(path).GetArrayLength();

    public int Int(params object[] path) => Find(path).GetInt32();

    public double Number(params object[] path) => Find(path).GetDouble();

    public bool Flag(params object[] path) => Find(path).GetBoolean();

    public string Text(params object[] path) => Find(path).GetString()!;

    /// <summary>The numbers of a nested array, row-major.</summary>
    public double[] Numbers(params object[] path)
    {
        var numbers = new List<double>();
        Flatten(Find(path), numbers);
        return [.. numbers];
    }

    private static void Flatten(JsonElement element, List<double> numbers)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            numbers.Add(double.Parse(element.GetString()!, CultureInfo.InvariantCulture));
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Flatten(item, numbers);
        }
        else
        {
            numbers.Add(element.GetDouble());
        }
    }

    private JsonElement Find(object[] path)
    {
        var element = _root;
        foreach (var part in path)
            element = part is int index ? element[index] : element.GetProperty((string)part);
        return element;
    }
}
