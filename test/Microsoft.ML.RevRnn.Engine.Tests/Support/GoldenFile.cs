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

    public bool Has(string name) => _root.TryGetProperty(name, out _);

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
