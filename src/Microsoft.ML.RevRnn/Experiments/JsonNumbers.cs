using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Numbers of metrics in JSON, which has no infinite ones: those are text.</summary>
internal static class JsonNumbers
{
    public static JsonNode Write(double value) => double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString(CultureInfo.InvariantCulture));

    public static JsonNode Write(IEnumerable<double> values) => new JsonArray([.. values.Select(Write)]);

    public static JsonNode Write(ConfusionMatrix matrix) => new JsonArray([.. matrix.Counts.Select(Write)]);

    public static double Read(JsonNode node)
        => node.GetValueKind() == System.Text.Json.JsonValueKind.String ? double.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture) : node.GetValue<double>();

    public static double[] ReadArray(JsonNode node) => [.. node.AsArray().Select(value => Read(value!))];

    /// <summary>A matrix of counts; precision and recall follow from them.</summary>
    public static ConfusionMatrix ReadMatrix(JsonNode node, IHost host, bool isBinary, IReadOnlyList<string> names)
    {
        double[][] counts = [.. node.AsArray().Select(row => ReadArray(row!))];
        double[] precision = [.. counts.Select((row, i) => Ratio(row[i], counts.Sum(other => other[i])))];
        double[] recall = [.. counts.Select((row, i) => Ratio(row[i], row.Sum()))];
        return new ConfusionMatrix(host, precision, recall, counts, [.. names.Select(name => name.AsMemory())], isSampled: false, isBinary);
    }

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
