using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>An exported model in ONNX Runtime, on one thread.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();

    public OnnxSession(byte[] model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(model, options);
    }

    public OnnxSession(Action<Stream> save)
        : this(Bytes(save))
    {
    }

    public IEnumerable<string> Inputs => _session.InputMetadata.Keys;

    public IEnumerable<string> Outputs => _session.OutputMetadata.Keys;

    public Type TypeOf(string input) => _session.InputMetadata[input].ElementType;

    public int[] ShapeOf(string input) => _session.InputMetadata[input].Dimensions;

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    public static byte[] Bytes(Action<Stream> save)
    {
        using var stream = new MemoryStream();
        save(stream);
        return stream.ToArray();
    }

    /// <summary>Token numbers of rows [N, T], with -1 behind those that are shorter than the longest.</summary>
    public static OrtValue Tokens(params int[][] rows)
    {
        var steps = rows.Max(row => row.Length);
        var values = new long[rows.Length * steps];
        Array.Fill(values, -1);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var t = 0; t < rows[row].Length; t++)
                values[row * steps + t] = rows[row][t];
        }
        return Tensor(values, rows.Length, steps);
    }

    public static OrtValue Tensor<T>(T[] values, params long[] shape)
        where T : unmanaged
        => OrtValue.CreateTensorValueFromMemory(values, shape);

    /// <summary>Runs the model; gives the outputs that are asked for.</summary>
    public OrtValue[] Run(IReadOnlyList<(string Name, OrtValue Value)> inputs, params string[] outputs)
        => [.. _session.Run(_options, [.. inputs.Select(input => input.Name)], [.. inputs.Select(input => input.Value)], outputs)];

    /// <summary>An output of rows of tokens.</summary>
    public float[] Run(string output, params int[][] rows)
    {
        using var tokens = Tokens(rows);
        using var result = Run([("tokens", tokens)], output)[0];
        return result.GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }
}
