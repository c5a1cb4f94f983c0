using Microsoft.ML.RevRnn.Export;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A model as a part of a larger graph of ONNX, as ML.NET's ConvertToOnnx makes it: nodes that read values of that graph and make others. Made by <see cref="OnnxExport"/>. Names of values
/// and nodes are unique if that of the part is, with which they begin.
/// </summary>
public sealed class OnnxSubgraph
{
    internal OnnxSubgraph(OnnxGraph graph, IReadOnlyList<string> outputs)
    {
        Nodes = [.. graph.Constants.Select(constant => new OnnxSubgraphNode(constant.Name, constant.Tensor)), .. graph.Nodes.Select(node => new OnnxSubgraphNode(node))];
        Outputs = outputs;
    }

    /// <summary>In an order in which each reads only what is there: weights, as nodes of <c>Constant</c>, and then what is computed.</summary>
    public IReadOnlyList<OnnxSubgraphNode> Nodes { get; }

    /// <summary>The names of the values that have the columns which a transformer of a pipeline adds, in their order.</summary>
    public IReadOnlyList<string> Outputs { get; }
}
