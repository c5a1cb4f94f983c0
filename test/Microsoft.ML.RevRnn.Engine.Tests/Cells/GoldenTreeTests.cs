namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The Tree-LSTM's equations in double against an independent implementation, over three trees of the same leaves.</summary>
[TestClass]
internal sealed class GoldenTreeTests
{
    private const double Tolerance = 1e-12;

    private GoldenFile _file = null!;

    [TestMethod]
    [GoldenFiles("tree_lstm_binary", "parse")]
    [GoldenFiles("tree_lstm_binary", "balanced")]
    [GoldenFiles("tree_lstm_binary", "left_chain")]
    public void NodesAndGradientsAreThoseOfTheReference(string name, string tree)
    {
        _file = GoldenFile.Load(name);
        var (units, leaves) = (_file.Int("H"), _file.Int("L"));
        double[][] x = [.. Enumerable.Range(0, leaves).Select(t => _file.Numbers("x", t))];
        (int, int)[] joins = [.. Enumerable.Range(0, _file.Count("trees", tree, "merges")).Select(i => (Merge(tree, i, 0), Merge(tree, i, 1)))];
        var reference = new TreeReference(units, Leaf("params", "weight"), Leaf("params", "bias"), Transposed("params", "comp.weight"), _file.Numbers("params", "comp.bias"));

        reference.Forward(x, joins);

        var nodes = leaves + joins.Length;
        double[][] ofH = [.. Enumerable.Range(0, nodes).Select(i => _file.Numbers("loss_weight_h", i))];
        double[][] ofC = [.. Enumerable.Range(0, nodes).Select(i => i == nodes - 1 ? _file.Numbers("loss_weight_c") : new double[units])];
        var loss = ofC[^1].Zip(reference.C[^1], (weight, c) => weight * c).Sum();
        for (var i = 0; i < nodes; i++)
        {
            Near.AreNear(_file.Numbers("trees", tree, "h", i), reference.H[i], Tolerance, $"h of node {i}");
            Near.AreNear(_file.Numbers("trees", tree, "c", i), reference.C[i], Tolerance, $"c of node {i}");
            loss += ofH[i].Zip(reference.H[i], (weight, h) => weight * h).Sum();
        }
        Assert.AreEqual(_file.Number("trees", tree, "loss"), loss, Tolerance);

        var ofX = reference.Backward(x, joins, ofH, ofC);

        Near.AreNear(_file.Numbers("trees", tree, "grad_x"), [.. ofX.SelectMany(vector => vector)], Tolerance, "gradient by the token vectors");
        Near.AreNear(Leaf(["trees", tree, "grad_params"], "weight"), reference.LeafGradient, Tolerance, "gradient by the leaves' weights");
        Near.AreNear(Leaf(["trees", tree, "grad_params"], "bias"), reference.LeafBiasGradient, Tolerance, "gradient by the leaves' biases");
        Near.AreNear(Transposed(["trees", tree, "grad_params"], "comp.weight"), reference.NodeGradient, Tolerance, "gradient by the nodes' weights");
        Near.AreNear(_file.Numbers("trees", tree, "grad_params", "comp.bias"), reference.NodeBiasGradient, Tolerance, "gradient by the nodes' biases");
    }

    private int Merge(string tree, int i, int side) => _file.Int("trees", tree, "merges", i, side);

    private double[] Leaf(string set, string kind) => Leaf([set], kind);

    /// <summary>c and o beside each other: [I, 2 H], or [2 H].</summary>
    private double[] Leaf(object[] set, string kind)
    {
        double[] both = [.. _file.Numbers([.. set, $"leaf.c.{kind}"]), .. _file.Numbers([.. set, $"leaf.o.{kind}"])];
        return kind == "bias" ? both : Transpose(both, 2 * _file.Int("H"));
    }

    private double[] Transposed(string set, string name) => Transposed([set], name);

    private double[] Transposed(object[] set, string name) => Transpose(_file.Numbers([.. set, name]), 5 * _file.Int("H"));

    /// <summary>[rows, columns] to [columns, rows].</summary>
    private static double[] Transpose(double[] values, int rows)
    {
        var columns = values.Length / rows;
        return [.. Enumerable.Range(0, values.Length).Select(i => values[i % rows * columns + i / rows])];
    }
}
