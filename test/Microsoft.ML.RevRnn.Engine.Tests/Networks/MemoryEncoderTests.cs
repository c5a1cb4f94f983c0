using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Memories of a batch, against each text alone in double; and what does not change a bit.</summary>
[TestClass]
internal sealed class MemoryEncoderTests
{
    private static readonly int[][] _sequences = Sequences.Random(9, 1, 40);

    [TestMethod]
    [DataRow(16, 1)]
    [DataRow(6, 3)]
    public void OutputsAndGradientsOfRowsOfAnyLengthAreThoseOfEachRowAloneInDouble(int units, int hops)
    {
        using var run = new WholeTextRun(NetworkStructure.MemoryNetwork, units, layers: hops);
        var memory = run.Parameters.Stacks[0].Memory!;
        var reference = new MemoryReference(units, memory.Question.Elements(), memory.Maps.Elements(), memory.Bias.Elements());
        var embedding = run.Parameters.Embedding.Value.Elements();
        var (width, ofEmbedding) = (memory.Layer.Inputs, new double[embedding.Length]);

        run.Train(_sequences);

        for (var i = 0; i < _sequences.Length; i++)
        {
            double[][] x = [.. _sequences[i].Select(token => embedding.AsSpan(token * width, width).ToArray())];
            var outputs = reference.Forward(x);
            var coefficients = new double[x.Length][];
            for (var t = 0; t < x.Length; t++)
            {
                var flat = run.Batch.FlatOffset(t) + run.Batch.RowOfMember(i);
                Near.AreNear(outputs[t], run.Output(flat), 1e-5, $"output {t} of text {i}");
                coefficients[t] = [.. Enumerable.Range(0, units).Select(unit => (double)LinearHead.Coefficient(flat, unit))];
            }
            var ofX = reference.Backward(x, coefficients);
            for (var t = 0; t < x.Length * width; t++)
                ofEmbedding[_sequences[i][t / width] * width + t % width] += ofX[t / width][t % width];
        }
        Near.AreNearToLargest(reference.QuestionGradient, memory.Question.ElementGradients(), 1e-5, "gradient by the question");
        Near.AreNearToLargest(reference.MapsGradient, memory.Maps.ElementGradients(), 1e-5, "gradient by the maps");
        Near.AreNearToLargest(reference.BiasGradient, memory.Bias.ElementGradients(), 1e-5, "gradient by the biases");
        Near.AreNearToLargest(ofEmbedding, run.Parameters.Embedding.ElementGradients(), 1e-5, "gradient by the token vectors");
    }

    [TestMethod]
    [DataRow(SimdWidth.Bits512, 3)]
    [DataRow(SimdWidth.Bits256, 1)]
    [DataRow(SimdWidth.Bits128, 2)]
    public void ThreadsAndRegistersChangeNoBit(SimdWidth width, int threads)
    {
        using var expected = new WholeTextRun(NetworkStructure.MemoryNetwork, 34, dropout: 0.3f, layers: 2);
        using var run = new WholeTextRun(NetworkStructure.MemoryNetwork, 34, threads, width, dropout: 0.3f, layers: 2);

        foreach (var sequences in (int[][][])[_sequences, _sequences[..3]])
        {
            expected.Train(sequences);
            run.Train(sequences);
            Near.AreSame(expected.Outputs, run.Outputs, "output");
            Near.AreSame(expected.Gradients(), run.Gradients(), "gradient");
        }
    }

    [TestMethod]
    public void ARowDoesNotDependOnThoseBesideIt()
    {
        using var run = new WholeTextRun(NetworkStructure.MemoryNetwork, 34, layers: 3);
        float[] Answers(int[][] sequences)
        {
            run.Train(sequences);
            return [.. Enumerable.Range(0, sequences.Length).SelectMany(i => run.OutputBits(run.Batch.FlatOffset(sequences[i].Length - 1) + run.Batch.RowOfMember(i)))];
        }

        Near.AreSame(Answers(_sequences), [.. _sequences.SelectMany(sequence => Answers([sequence]))], "answer of a text alone");
    }

    [TestMethod]
    public void TheForetoldBytesAreThoseThatAreTaken()
    {
        foreach (var (rows, steps) in ((int, int)[])[(16, 70), (3, 400), (1, 33)])
        {
            using var run = new WholeTextRun(NetworkStructure.MemoryNetwork, 34, threads: 2, layers: 2);
            run.Train(Sequences.Random(rows, steps, steps));
            Assert.AreEqual(run.PeakBytes, MemoryEncoder.Bytes(run.Parameters.Stacks[0].Memory!, rows, steps, 2), 0.05 * run.PeakBytes);
        }
    }
}
