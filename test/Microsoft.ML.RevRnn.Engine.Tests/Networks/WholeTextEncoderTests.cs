using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What holds of trees and memories alike: what changes no bit, what it takes, and what is refused.</summary>
[TestClass]
internal sealed class WholeTextEncoderTests
{
    private const int Units = 34;

    private static readonly int[][] _sequences = Sequences.Random(9, 1, 40);

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree, 1, SimdWidth.Bits512, 3)]
    [DataRow(NetworkStructure.BalancedTree, 1, SimdWidth.Bits256, 1)]
    [DataRow(NetworkStructure.BalancedTree, 1, SimdWidth.Bits128, 2)]
    [DataRow(NetworkStructure.MemoryNetwork, 2, SimdWidth.Bits512, 3)]
    [DataRow(NetworkStructure.MemoryNetwork, 2, SimdWidth.Bits256, 1)]
    [DataRow(NetworkStructure.MemoryNetwork, 2, SimdWidth.Bits128, 2)]
    public void ThreadsAndRegistersChangeNoBit(NetworkStructure structure, int layers, SimdWidth width, int threads)
    {
        using var expected = new WholeTextRun(structure, Units, dropout: 0.3f, layers: layers);
        using var run = new WholeTextRun(structure, Units, threads, width, dropout: 0.3f, layers: layers);

        foreach (var sequences in (int[][][])[_sequences, _sequences[..3]])
        {
            expected.Train(sequences);
            run.Train(sequences);
            Near.AreSame(expected.Outputs, run.Outputs, "output");
            Near.AreSame(expected.Gradients(), run.Gradients(), "gradient");
        }
    }

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree, 1)]
    [DataRow(NetworkStructure.MemoryNetwork, 3)]
    public void ARowDoesNotDependOnThoseBesideItNorOnTheirOrder(NetworkStructure structure, int layers)
    {
        using var run = new WholeTextRun(structure, Units, layers: layers);
        var together = run.LastOutputs(_sequences);

        Near.AreSame(together, [.. _sequences.SelectMany(sequence => run.LastOutputs([sequence]))], "of a text alone");
        var reversed = run.LastOutputs([.. _sequences.Reverse()]);
        Near.AreSame(together, [.. reversed.Chunk(Units).Reverse().SelectMany(output => output)], "in another order");
    }

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree, 1)]
    [DataRow(NetworkStructure.MemoryNetwork, 2)]
    public void TheForetoldBytesAreThoseThatAreTaken(NetworkStructure structure, int layers)
    {
        foreach (var (rows, steps) in ((int, int)[])[(16, 70), (3, 400), (1, 33)])
        {
            using var run = new WholeTextRun(structure, Units, threads: 2, layers: layers);
            run.Train(Sequences.Random(rows, steps, steps));
            var foretold = run.Parameters.Stacks[0].Memory is { } memory ? MemoryEncoder.Bytes(memory, rows, steps, 2) : TreeEncoder.Bytes(run.Tree, rows, steps, 2);
            Assert.AreEqual(run.PeakBytes, foretold, 0.05 * run.PeakBytes);
        }
    }

    [TestMethod]
    [DataRow(NetworkStructure.BalancedTree, ActivationStrategy.Reversible)]
    [DataRow(NetworkStructure.BalancedTree, ActivationStrategy.Hybrid)]
    [DataRow(NetworkStructure.BalancedTree, ActivationStrategy.Checkpointed)]
    [DataRow(NetworkStructure.MemoryNetwork, ActivationStrategy.Reversible)]
    public void WhatGoesOverStepsIsRefused(NetworkStructure structure, ActivationStrategy strategy)
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => new WholeTextRun(structure, 8, strategy: strategy));
        StringAssert.Contains(failure.Message, $"{strategy}");
        StringAssert.Contains(failure.Message, nameof(ActivationStrategy.Stored));
    }
}
