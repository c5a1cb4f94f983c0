using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned matrices of a Tree-LSTM: from a token's vector to a leaf's gates, and from the outputs of two trees to the gates of the node over them.</summary>
internal sealed class TreeParameters : IDisposable
{
    /// <summary>Bias of an open gate of a unit that carries, and less that of a closed one: over nine nodes 0.85 is left of what it began with.</summary>
    private const float CarryBias = 4;

    private readonly int _carriersOfASide;

    /// <param name="shape">What the network is made of.</param>
    /// <param name="inputColumns">Where the values of a token's vector lie in its row.</param>
    /// <param name="inputStride">Length of that row.</param>
    public TreeParameters(NetworkShape shape, int[] inputColumns, int inputStride)
    {
        Layer = shape.Top;
        InputStride = inputStride;
        _carriersOfASide = (int)(shape.Options.CarryFraction * Layer.Units / 2);
        LeafStride = PackedMatrix.RoundUp(TreeLstm.LeafGates * Layer.BlockStride);
        NodeStride = PackedMatrix.RoundUp(TreeLstm.NodeGates * Layer.BlockStride);
        var (ofLeaf, ofNode) = (Columns(TreeLstm.LeafGates), Columns(TreeLstm.NodeGates));
        Leaf = new Parameter("leaf.input", inputColumns, inputStride, ofLeaf, LeafStride) { HasOutputColumns = true };
        LeafBias = new Parameter("leaf.bias", [0], 1, ofLeaf, LeafStride) { IsDecayed = false };
        int[] rows = [.. Parameter.Identity(Layer.Units), .. Parameter.Identity(Layer.Units).Select(unit => Layer.StateStride + unit)];
        Node = new Parameter("node.trees", rows, 2 * Layer.StateStride, ofNode, NodeStride) { HasOutputColumns = true };
        NodeBias = new Parameter("node.bias", [0], 1, ofNode, NodeStride) { IsDecayed = false };
    }

    /// <summary>How states lie in their rows.</summary>
    public CellShape Layer { get; }

    public int InputStride { get; }

    /// <summary>Length of a row of a leaf's gates.</summary>
    public int LeafStride { get; }

    /// <summary>Length of a row of a node's gates.</summary>
    public int NodeStride { get; }

    /// <summary>[I, 2 H]: to c and o.</summary>
    public Parameter Leaf { get; }

    /// <summary>[1, 2 H].</summary>
    public Parameter LeafBias { get; }

    /// <summary>[2 H, 5 H]: from the left tree's h and the right one's, to i, f_l, f_r, u and o.</summary>
    public Parameter Node { get; }

    /// <summary>[1, 5 H].</summary>
    public Parameter NodeBias { get; }

    /// <summary>All, in the order of the model file.</summary>
    public Parameter[] All => [Leaf, LeafBias, Node, NodeBias];

    /// <summary>Learned values of a network's tree.</summary>
    public static long Count(NetworkOptions options)
        => options.HiddenSize * (TreeLstm.LeafGates * (options.EmbeddingSize + 1L) + TreeLstm.NodeGates * (2L * options.HiddenSize + 1));

    /// <summary>
    /// Uniform in +- 1 / sqrt(fan-in), the default of PyTorch's Linear, as in the authors' code, where forget gates begin in the middle too. Of the units that are to carry
    /// (<see cref="NetworkOptions.CarryFraction"/>) those of the left are kept open towards the left tree and closed to the right one and to what is new, and the reverse.
    /// </summary>
    public void Initialize(ulong seed)
    {
        foreach (var parameter in All)
            parameter.InitializeUniform(seed, 1f / MathF.Sqrt(parameter == Leaf || parameter == LeafBias ? Layer.Inputs : Layer.Units));
        for (var unit = 0; unit < 2 * _carriersOfASide; unit++)
        {
            var isLeft = unit < _carriersOfASide;
            NodeBias.At(0, TreeLstm.ForgetLeft * Layer.Units + unit) += isLeft ? CarryBias : -CarryBias;
            NodeBias.At(0, TreeLstm.ForgetRight * Layer.Units + unit) += isLeft ? -CarryBias : CarryBias;
            NodeBias.At(0, TreeLstm.I * Layer.Units + unit) -= CarryBias;
        }
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }

    private int[] Columns(int gates)
        => [.. Enumerable.Range(0, gates * Layer.Units).Select(column => column / Layer.Units * Layer.BlockStride + column % Layer.Units)];
}
