using System.Globalization;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>A model as ONNX: its graph, and what the file says about it.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Metadata">Names and values of metadata_props.</param>
internal sealed record OnnxModel(OnnxGraph Graph, IReadOnlyList<(string Name, string Value)> Metadata)
{
    /// <summary>What a message of protocol buffers may have at the most.</summary>
    private const long MostBytes = int.MaxValue;

    private const string Advice = "A file of ONNX holds 2 GB at the most. A smaller vocabulary or shorter token vectors make the model smaller; safetensors have no such limit.";

    /// <summary>Refuses a model that no file can hold, before anything is made of it.</summary>
    /// <exception cref="NotSupportedException">It is too large.</exception>
    public static void RequireSize(IEnumerable<Parameter> parameters) => RequireSize(sizeof(float) * parameters.Sum(parameter => (long)parameter.Rows * parameter.Columns));

    /// <exception cref="NotSupportedException">So many bytes are too many.</exception>
    public static void RequireSize(long bytes)
    {
        if (bytes > MostBytes)
        {
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture,
                $"The model takes {bytes / (double)(1 << 30):0.0} GB. {Advice}"));
        }
    }

    /// <summary>Writes: ModelProto with ir_version 1, producer_name 2, producer_version 3, graph 7, opset_import 8 (domain 1, version 2), metadata_props 14 (key 1, value 2).</summary>
    /// <exception cref="NotSupportedException">It is too large.</exception>
    public void Write(Stream stream)
    {
        var message = new ProtoMessage().Add(1, Graph.Opset >= 13 ? 8 : 6).Add(2, "Microsoft.ML.RevRnn").Add(3, OnnxMetadata.LibraryVersion).Add(7, Graph.ToMessage());
        message.Add(8, new ProtoMessage().Add(1, "").Add(2, Graph.Opset));
        foreach (var (name, value) in Metadata)
            message.Add(14, new ProtoMessage().Add(1, name).Add(2, value));
        RequireSize(message.Length);
        message.WriteTo(stream);
    }

    /// <summary>Writes a file, which is there as a whole or not at all.</summary>
    public void Write(string path) => AtomicFile.Write(path, Write, "ONNX model");
}
