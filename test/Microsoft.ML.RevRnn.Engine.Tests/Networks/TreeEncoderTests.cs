using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Trees of a batch, against each text alone in double.</summary>
[TestClass]
internal sealed class TreeEncoderTests
{
    private static readonly int[][] _sequences = Sequences.Random(9, 1, 40);

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree, 16)]
    [DataRow(NetworkStructure.BalancedTree, 6)]
    [DataRow(NetworkStructure.GivenTree, 34)]
    public void OutputsAndGradientsOfRowsOfAnyLengthAreThoseOfEachRowAloneInDouble(NetworkStructure structure, int units)
    {
        var sequences = structure == NetworkStructure.GivenTree ? [.. _sequences.Select(WithJoins)] : _sequences;
        using var run = new WholeTextRun(structure, units);
        var tree = run.Tree;
        var reference = new TreeReference(units, tree.Leaf.Elements(), tree.LeafBias.Elements(), tree.Node.Elements(), tree.NodeBias.Elements());

        run.CheckAgainst(sequences, (tokens, x) =>
        {
            // The row's own plan, whose nodes of a single row are in an order of joining too.
            var alone = new PackedBatch();
            alone.Fill(tokens, 0);
            var plan = new TreePlan();
            plan.Fill(alone, structure);
            var outputs = plan.Outputs.ToArray();
            (int, int)[] joins = [.. Enumerable.Range(0, plan.JoinCount).Select(join => (plan.Lefts[join], plan.Rights[join]))];
            reference.Forward(x, joins);
            var zeros = Zeros(plan.NodeCount, units);
            return (Array.ConvertAll(outputs, node => reference.H[node]), Backward);

            double[][] Backward(double[][] ofOutputs)
            {
                var ofH = Zeros(zeros.Length, units);
                for (var i = 0; i < x.Length * units; i++)
                    ofH[outputs[i / units]][i % units] += ofOutputs[i / units][i % units];
                return reference.Backward(x, joins, ofH, zeros);
            }
        });

        Near.AreNearToLargest(reference.LeafGradient, tree.Leaf.ElementGradients(), 1e-5, "gradient by the leaves' weights");
        Near.AreNearToLargest(reference.LeafBiasGradient, tree.LeafBias.ElementGradients(), 1e-5, "gradient by the leaves' biases");
        Near.AreNearToLargest(reference.NodeGradient, tree.Node.ElementGradients(), 1e-5, "gradient by the nodes' weights");
        Near.AreNearToLargest(reference.NodeBiasGradient, tree.NodeBias.ElementGradients(), 1e-5, "gradient by the nodes' biases");
    }

    /// <summary>Tokens with a join here and there.</summary>
    private static int[] WithJoins(int[] tokens) => [.. tokens.SelectMany((token, i) => i % 3 == 1 ? (int[])[token, 0] : i % 5 == 4 ? [token, 0, 0] : [token])];

    private static double[][] Zeros(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new double[length])];
}
