using Microsoft.ML.RevRnn.Export;

namespace Microsoft.ML.RevRnn;

/// <summary>A node of an <see cref="OnnxSubgraph"/>: one of ONNX's own operators.</summary>
public sealed class OnnxSubgraphNode
{
    private readonly Func<OnnxNode> _node;

    internal OnnxSubgraphNode(OnnxNode node)
    {
        _node = () => node;
        (Name, Operator, Inputs, Outputs, HasAttributes) = (node.Name, node.Operator, node.Inputs, node.Outputs, node.Attributes.Count > 0);
    }

    /// <summary>A constant, whose bytes are there only while they are asked for.</summary>
    internal OnnxSubgraphNode(string name, OnnxTensor tensor)
    {
        _node = () => new OnnxNode(name, "Constant", [], [name], [OnnxAttribute.Of("value", tensor)]);
        (Name, Operator, Inputs, Outputs, HasAttributes) = (name, "Constant", [], [name], true);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The operator, of ONNX's default domain.</summary>
    public string Operator { get; }

    /// <summary>The values that it reads, in the operator's order.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The values that it makes.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether it has attributes.</summary>
    public bool HasAttributes { get; }

    /// <summary>A NodeProto in protocol buffers that has the attributes and nothing else, to be merged into one that has the rest. Made at each call.</summary>
    public byte[] GetAttributes() => _node().AttributesToMessage().ToArray();
}
