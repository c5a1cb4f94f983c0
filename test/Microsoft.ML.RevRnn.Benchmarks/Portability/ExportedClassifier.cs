using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A trained classifier, its scores of texts that it has not seen, and those of its export.</summary>
internal sealed class ExportedClassifier
{
    private const int BatchRows = 50;

    private readonly MLContext _context;
    private readonly IDataView _test;
    private readonly float[][] _scores;

    private ExportedClassifier(MLContext context, RevRnnClassificationTransformer model, IDataView test)
    {
        _context = context;
        _test = test;
        Model = model;
        var clock = Stopwatch.StartNew();
        _scores = [.. model.Transform(test).GetColumn<float[]>("Score")];
        Seconds = clock.Elapsed.TotalSeconds;
    }

    public RevRnnClassificationTransformer Model { get; }

    /// <summary>What the library took for all texts.</summary>
    public double Seconds { get; }

    public static ExportedClassifier Train(CellKind cell, bool usesNGrams, int epochs, int threads, int rows)
    {
        var context = new MLContext(1);
        var (train, test) = AccuracyData.Documentation.Load(context, 1);
        var options = new RevRnnClassificationOptions { Training = new() { MaximumEpochs = epochs, ThreadCount = threads } };
        if (!usesNGrams)
            options.NGrams = null;
        var keys = context.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        var trainers = context.MulticlassClassification.Trainers;
        var model = (cell == CellKind.RevGru ? trainers.RevGru(options) : trainers.RevLstm(options)).Fit(keys.Transform(train));
        return new(context, model, context.Data.Cache(context.Data.TakeRows(test, rows)));
    }

    /// <summary>The part of the rows whose most probable class is the same; the mean and the greatest difference of probabilities.</summary>
    public (double Same, double Mean, double Greatest) Compare(float[][] others)
    {
        var (same, sum, greatest) = (0, 0.0, 0.0);
        for (var row = 0; row < _scores.Length; row++)
        {
            var (mine, other) = (_scores[row], others[row]);
            same += Array.IndexOf(mine, mine.Max()) == Array.IndexOf(other, other.Max()) ? 1 : 0;
            for (var c = 0; c < mine.Length; c++)
            {
                var difference = Math.Abs((double)mine[c] - other[c]);
                sum += difference;
                greatest = Math.Max(greatest, difference);
            }
        }
        return ((double)same / _scores.Length, sum / _scores.Length / _scores[0].Length, greatest);
    }

    /// <summary>Scores by ML.NET's ApplyOnnxModel.</summary>
    public (float[][] Scores, double Seconds) Apply(string path)
    {
        string[] inputs = Model.NGrams == null ? ["tokens"] : ["tokens", "nGramPlaces", "nGramValues"];
        var applied = _context.Transforms.Text.RevTokens("tokens", "Text", path)
            .Append(_context.Transforms.ApplyOnnxModel(["Score"], inputs, path, gpuDeviceId: null, fallbackToCpu: false))
            .Fit(_test).Transform(_test);
        var clock = Stopwatch.StartNew();
        return ([.. applied.GetColumn<float[]>("Score")], clock.Elapsed.TotalSeconds);
    }

    /// <summary>Scores by ONNX Runtime, in batches.</summary>
    public (float[][] Scores, double Seconds) RunBatches(string path)
    {
        var data = _context.Transforms.Text.RevTokens("tokens", "Text", path).Fit(_test).Transform(_test);
        var tokens = data.GetColumn<long[]>("tokens").ToArray();
        var places = Model.NGrams == null ? null : data.GetColumn<long[]>("nGramPlaces").ToArray();
        var values = Model.NGrams == null ? null : data.GetColumn<float[]>("nGramValues").ToArray();
        using var session = new InferenceSession(path);
        using var options = new RunOptions();
        var scores = new List<float[]>();
        var clock = Stopwatch.StartNew();
        for (var first = 0; first < tokens.Length; first += BatchRows)
        {
            var rows = first..Math.Min(tokens.Length, first + BatchRows);
            var inputs = new Dictionary<string, OrtValue> { ["tokens"] = Padded(tokens[rows], -1) };
            if (places != null)
            {
                inputs.Add("nGramPlaces", Padded(places[rows], -1));
                inputs.Add("nGramValues", Padded(values![rows], 0));
            }
            using var results = session.Run(options, inputs, ["Score"]);
            var batch = results[0].GetTensorDataAsSpan<float>();
            var classes = batch.Length / tokens[rows].Length;
            for (var row = 0; row < tokens[rows].Length; row++)
                scores.Add(batch.Slice(row * classes, classes).ToArray());
            foreach (var input in inputs.Values)
                input.Dispose();
        }
        return ([.. scores], clock.Elapsed.TotalSeconds);
    }

    private static OrtValue Padded<T>(T[][] rows, T padding)
        where T : unmanaged
    {
        var length = rows.Max(row => row.Length);
        var values = new T[rows.Length * length];
        Array.Fill(values, padding);
        for (var row = 0; row < rows.Length; row++)
            rows[row].CopyTo(values, row * length);
        return OrtValue.CreateTensorValueFromMemory(values, [rows.Length, length]);
    }
}
