using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>One JSON object a line on the standard output, each as soon as it is known; notes go to the standard error.</summary>
internal sealed class JsonReport : IReport
{
    private static readonly JsonSerializerOptions _options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private ISuite? _suite;

    public void Begin(ISuite suite, Settings settings) => _suite = suite;

    public void Add(Measurement measurement) => Write(new
    {
        suite = measurement.Suite,
        @case = measurement.Name,
        value = measurement.Value,
        unit = measurement.Unit,
        ours = measurement.Theirs == null ? null : (double?)measurement.Value,
        theirs = measurement.Theirs,
        ratio = measurement.Ratio,
        against = measurement.Theirs == null ? null : measurement.Against,
        runs = measurement.Runs,
    });

    public void Note(string text) => Console.Error.WriteLine(text);

    public void Skip(string reason) => Write(new { suite = _suite!.Name, skipped = true, reason });

    public void End()
    {
    }

    private static void Write<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, _options));
}
