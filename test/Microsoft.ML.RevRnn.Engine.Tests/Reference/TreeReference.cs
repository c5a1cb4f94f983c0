using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A Tree-LSTM over one text in double: the cell's own equations along a list of joins. Leaves are nodes 0 to L - 1, and each join makes the next one. Weights are
/// [I, 2 H] and [2 H, 5 H], with biases of as many columns.
/// </summary>
internal sealed class TreeReference(int units, double[] leaf, double[] leafBias, double[] node, double[] nodeBias)
{
    private const int LeafGates = TreeLstm.LeafGates, NodeGates = TreeLstm.NodeGates;

    private readonly List<double[]> _gates = [], _c = [], _tanhC = [];

    public List<double[]> H { get; } = [];

    public IReadOnlyList<double[]> C => _c;

    public double[] LeafGradient { get; } = new double[leaf.Length];

    public double[] LeafBiasGradient { get; } = new double[leafBias.Length];

    public double[] NodeGradient { get; } = new double[node.Length];

    public double[] NodeBiasGradient { get; } = new double[nodeBias.Length];

    /// <summary>From token vectors [L][I] to all nodes.</summary>
    public void Forward(double[][] x, (int Left, int Right)[] joins)
    {
        foreach (var list in (List<double[]>[])[_gates, _c, _tanhC, H])
            list.Clear();
        foreach (var vector in x)
        {
            var gates = Product(vector, leaf, leafBias);
            Activate(gates, TreeLstm.LeafO, Sigmoid);
            Finish(gates, gates[..units], TreeLstm.LeafO);
        }
        foreach (var (left, right) in joins)
        {
            var gates = Product([.. H[left], .. H[right]], node, nodeBias);
            for (var gate = 0; gate < NodeGates; gate++)
                Activate(gates, gate, gate == TreeLstm.U ? Math.Tanh : Sigmoid);
            var c = new double[units];
            TreeLstm.Join<double>(gates, _c[left], _c[right], c);
            Finish(gates, c, TreeLstm.O);
        }
    }

    /// <summary>Adds to the weights' gradients; gives those by the token vectors. The gradients by h and c are used up.</summary>
    public double[][] Backward(double[][] x, (int Left, int Right)[] joins, double[][] ofH, double[][] ofC)
    {
        for (var i = joins.Length - 1; i >= 0; i--)
        {
            var (left, right) = joins[i];
            var at = x.Length + i;
            TreeLstm.OutputBackward<double>(Gate(at, TreeLstm.O), _tanhC[at], ofH[at], ofC[at]);
            TreeLstm.JoinBackward<double>(_gates[at], _c[left], _c[right], ofC[at], ofC[left], ofC[right]);
            var read = ProductBackward([.. H[left], .. H[right]], node, _gates[at], NodeGradient, NodeBiasGradient);
            for (var k = 0; k < units; k++)
            {
                ofH[left][k] += read[k];
                ofH[right][k] += read[units + k];
            }
        }
        for (var t = 0; t < x.Length; t++)
        {
            TreeLstm.OutputBackward<double>(Gate(t, TreeLstm.LeafO), _tanhC[t], ofH[t], ofC[t]);
            ofC[t].CopyTo(_gates[t], 0);
        }
        return [.. x.Select((vector, t) => ProductBackward(vector, leaf, _gates[t], LeafGradient, LeafBiasGradient))];
    }

    private Span<double> Gate(int at, int gate) => _gates[at].AsSpan(gate * units, units);

    private void Finish(double[] gates, double[] c, int o)
    {
        var (tanhC, h) = (Array.ConvertAll(c, Math.Tanh), new double[units]);
        TreeLstm.Output<double>(gates.AsSpan(o * units, units), tanhC, h);
        _gates.Add(gates);
        _c.Add(c);
        _tanhC.Add(tanhC);
        H.Add(h);
    }

    private void Activate(double[] gates, int gate, Func<double, double> activation)
    {
        foreach (ref var value in gates.AsSpan(gate * units, units))
            value = activation(value);
    }

    private static double[] Product(double[] read, double[] weights, double[] bias)
    {
        var values = (double[])bias.Clone();
        for (var i = 0; i < weights.Length; i++)
            values[i % bias.Length] += read[i / bias.Length] * weights[i];
        return values;
    }

    private static double[] ProductBackward(double[] read, double[] weights, double[] gradient, double[] ofWeights, double[] ofBias)
    {
        var ofRead = new double[read.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            ofRead[i / gradient.Length] += weights[i] * gradient[i % gradient.Length];
            ofWeights[i] += read[i / gradient.Length] * gradient[i % gradient.Length];
        }
        for (var i = 0; i < gradient.Length; i++)
            ofBias[i] += gradient[i];
        return ofRead;
    }

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));
}
