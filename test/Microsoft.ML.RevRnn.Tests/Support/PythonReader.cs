using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>
/// The reader in Python of docs/onnx.md, as it stands there. The package onnxruntime is one of a few lines that asks this process, which has ONNX Runtime of NuGet, so that all but that package is
/// what a reader of the document would run.
/// </summary>
internal sealed partial class PythonReader : IDisposable
{
    private const string ModelName = "classifier.onnx";

    private const string Package = """
        import json

        import numpy


        class InferenceSession:
            def __init__(self, path):
                with open(path + ".json", encoding="utf-8") as file:
                    self.custom_metadata_map = json.load(file)

            def get_modelmeta(self):
                return self

            def run(self, outputs, inputs):
                assert all(value.dtype == numpy.int64 for value in inputs.values())
                print(json.dumps({"outputs": outputs, "inputs": {name: value.tolist() for name, value in inputs.items()}}), flush=True)
                return [numpy.array(values, numpy.float32) for values in json.loads(input())]
        """;

    private const string Start = """
        import json, reader
        with open("texts.json", encoding="utf-8") as file:
            texts = json.load(file)
        for first in range(0, len(texts), 4):
            reader.score(texts[first:first + 4])
        """;

    /// <summary>One of another place may come first, and not have what Debian installs.</summary>
    private static readonly string? _python = Array.Find(["python3", "/usr/bin/python3"], HasNumPy);

    private readonly TemporaryFolder _folder = new();
    private readonly InferenceSession _session;

    public PythonReader(Action<string> save)
    {
        save(_folder.File(ModelName));
        _session = new InferenceSession(_folder.File(ModelName));
        File.WriteAllText(_folder.File(ModelName + ".json"), JsonSerializer.Serialize(_session.ModelMetadata.CustomMetadataMap));
        File.WriteAllText(_folder.File("onnxruntime.py"), Package);
        File.WriteAllText(_folder.File("reader.py"), Code);
    }

    /// <summary>The document's block of Python.</summary>
    public static string Code { get; } =
        Block().Match(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documents", "onnx.md")).ReplaceLineEndings("\n")).Groups[1].Value;

    public string ModelPath => _folder.File(ModelName);

    /// <summary>Ends a test as inconclusive where there is no Python with NumPy; as failed if <c>CI</c> is set.</summary>
    public static void RequirePython()
    {
        const string Missing = "There is no python3 with NumPy.";
        if (_python != null)
            return;
        if (Environment.GetEnvironmentVariable("CI") != null)
            Assert.Fail(Missing);
        Assert.Inconclusive(Missing);
    }

    /// <summary>The tokens that it makes of texts, padding left out, and the scores that it has of them.</summary>
    public (List<long[]> Tokens, List<float[]> Scores) Read(IReadOnlyList<string> texts)
    {
        File.WriteAllText(_folder.File("texts.json"), JsonSerializer.Serialize(texts));
        var start = new ProcessStartInfo(_python!, ["-c", Start])
        {
            WorkingDirectory = Path.GetDirectoryName(_folder.File(ModelName)),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var (tokens, scores) = (new List<long[]>(), new List<float[]>());
        while (python.StandardOutput.ReadLine() is { } line)
        {
            // What the example says at its end, of two texts of its own.
            if (!line.StartsWith('{'))
                continue;
            var (rows, batch) = Run(JsonDocument.Parse(line).RootElement);
            python.StandardInput.WriteLine(JsonSerializer.Serialize<float[][][]>([batch]));
            python.StandardInput.Flush();
            tokens.AddRange(rows.Select(row => row.TakeWhile(token => token >= 0).ToArray()));
            scores.AddRange(batch);
        }
        python.WaitForExit();
        Assert.AreEqual(0, python.ExitCode, errors.Result);
        return (tokens, scores);
    }

    public void Dispose()
    {
        _session.Dispose();
        _folder.Dispose();
    }

    private (long[][] Tokens, float[][] Scores) Run(JsonElement asked)
    {
        Assert.AreEqual("Score", asked.GetProperty("outputs").EnumerateArray().Single().GetString());
        var given = asked.GetProperty("inputs").EnumerateObject().Single();
        var rows = given.Value.Deserialize<long[][]>()!;
        using var options = new RunOptions();
        using var tokens = OrtValue.CreateTensorValueFromMemory(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);
        using var results = _session.Run(options, [given.Name], [tokens], ["Score"]);
        var scores = results[0].GetTensorDataAsSpan<float>().ToArray();
        return (rows, [.. scores.Chunk(scores.Length / rows.Length)]);
    }

    private static bool HasNumPy(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import numpy"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [GeneratedRegex("^```python\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
