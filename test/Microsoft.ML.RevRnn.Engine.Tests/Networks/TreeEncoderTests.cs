using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Trees of a batch, against each text alone in double; and what does not change a bit.</summary>
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
        var embedding = run.Parameters.Embedding.Value.Elements();
        var (width, ofEmbedding) = (tree.Layer.Inputs, new double[embedding.Length]);

        run.Train(sequences);

        for (var i = 0; i < sequences.Length; i++)
        {
            // The row's own plan, whose nodes of a single row are in an order of joining too.
            var alone = new PackedBatch();
            alone.Fill(sequences[i], 0);
            var plan = new TreePlan();
            plan.Fill(alone, structure);
            double[][] x = [.. sequences[i].Select(token => embedding.AsSpan(token * width, width).ToArray())];
            (int, int)[] joins = [.. Enumerable.Range(0, plan.JoinCount).Select(join => (plan.Lefts[join], plan.Rights[join]))];
            reference.Forward(x, joins);
            var (ofH, ofC) = (Zeros(plan.NodeCount, units), Zeros(plan.NodeCount, units));
            for (var t = 0; t < x.Length; t++)
            {
                var flat = run.Batch.FlatOffset(t) + run.Batch.RowOfMember(i);
                Near.AreNear(reference.H[plan.Outputs[t]], run.Output(flat), 1e-5, $"output {t} of text {i}");
                for (var unit = 0; unit < units; unit++)
                    ofH[plan.Outputs[t]][unit] += LinearHead.Coefficient(flat, unit);
            }
            var ofX = reference.Backward(x, joins, ofH, ofC);
            for (var t = 0; t < x.Length * width; t++)
                ofEmbedding[sequences[i][t / width] * width + t % width] += ofX[t / width][t % width];
        }
        Near.AreNearToLargest(reference.LeafGradient, tree.Leaf.ElementGradients(), 1e-5, "gradient by the leaves' weights");
        Near.AreNearToLargest(reference.LeafBiasGradient, tree.LeafBias.ElementGradients(), 1e-5, "gradient by the leaves' biases");
        Near.AreNearToLargest(reference.NodeGradient, tree.Node.ElementGradients(), 1e-5, "gradient by the nodes' weights");
        Near.AreNearToLargest(reference.NodeBiasGradient, tree.NodeBias.ElementGradients(), 1e-5, "gradient by the nodes' biases");
        Near.AreNearToLargest(ofEmbedding, run.Parameters.Embedding.ElementGradients(), 1e-5, "gradient by the token vectors");
    }

    [TestMethod]
    [DataRow(SimdWidth.Bits512, 3)]
    [DataRow(SimdWidth.Bits256, 1)]
    [DataRow(SimdWidth.Bits128, 2)]
    public void ThreadsAndRegistersChangeNoBit(SimdWidth width, int threads)
    {
        using var expected = new WholeTextRun(NetworkStructure.BalancedTree, 34, dropout: 0.3f);
        using var run = new WholeTextRun(NetworkStructure.BalancedTree, 34, threads, width, dropout: 0.3f);

        foreach (var sequences in (int[][][])[_sequences, _sequences[..3]])
        {
            expected.Train(sequences);
            run.Train(sequences);
            Near.AreSame(expected.Outputs, run.Outputs, "output");
            Near.AreSame(expected.Gradients(), run.Gradients(), "gradient");
        }
    }

    [TestMethod]
    public void ARowDoesNotDependOnThoseBesideItNorOnTheirOrder()
    {
        using var run = new WholeTextRun(NetworkStructure.BalancedTree, 34);
        float[] Roots(int[][] sequences)
        {
            run.Train(sequences);
            return [.. Enumerable.Range(0, sequences.Length).SelectMany(i => run.OutputBits(run.Batch.FlatOffset(sequences[i].Length - 1) + run.Batch.RowOfMember(i)))];
        }
        var together = Roots(_sequences);

        Near.AreSame(together, [.. _sequences.SelectMany(sequence => Roots([sequence]))], "root of a text alone");
        float[] reversed = Roots([.. _sequences.Reverse()]);
        Near.AreSame(together, [.. Enumerable.Range(0, _sequences.Length).Reverse().SelectMany(i => reversed[(i * 34)..((i + 1) * 34)])], "root in another order");
    }

    [TestMethod]
    [DataRow(ActivationStrategy.Reversible)]
    [DataRow(ActivationStrategy.Hybrid)]
    [DataRow(ActivationStrategy.Checkpointed)]
    public void WhatGoesOverStepsIsRefused(ActivationStrategy strategy)
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => new WholeTextRun(NetworkStructure.BalancedTree, 8, strategy: strategy));
        StringAssert.Contains(failure.Message, $"{strategy}");
        StringAssert.Contains(failure.Message, nameof(ActivationStrategy.Stored));
    }

    [TestMethod]
    public void TheForetoldBytesAreThoseThatAreTaken()
    {
        foreach (var (rows, steps) in ((int, int)[])[(16, 70), (3, 400), (1, 33)])
        {
            using var run = new WholeTextRun(NetworkStructure.BalancedTree, 34, threads: 2);
            run.Train(Sequences.Random(rows, steps, steps));
            Assert.AreEqual(run.PeakBytes, TreeEncoder.Bytes(run.Tree, rows, steps, 2), 0.05 * run.PeakBytes);
        }
    }

    /// <summary>Tokens with a join here and there.</summary>
    private static int[] WithJoins(int[] tokens) => [.. tokens.SelectMany((token, i) => i % 3 == 1 ? (int[])[token, 0] : i % 5 == 4 ? [token, 0, 0] : [token])];

    private static double[][] Zeros(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new double[length])];
}
