using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Loss and gradients of classifiers with each pooling, in one direction and in two, against plain loops and finite differences of them.</summary>
[TestClass]
internal sealed class PoolingGradientTests
{
    private const double Difference = 1e-5;

    private static readonly int[][] _sequences = Sequences.Random(7, 1, 12, seed: 3);
    private static readonly int[] _labels = Sequences.Labels(7);

    [TestMethod]
    [DataRow(CellKind.RevLstm, false)]
    [DataRow(CellKind.RevLstm, true)]
    [DataRow(CellKind.RevGru, true)]
    public void TheyAreThoseOfFiniteDifferences(CellKind cell, bool bidirectional)
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>())
        {
            foreach (var layers in (int[])[1, 2])
                Check(new NetworkOptions { Cell = cell, EmbeddingSize = 4, HiddenSize = 6, LayerCount = layers, Pooling = pooling, Bidirectional = bidirectional });
        }
    }

    [TestMethod]
    public void AttentionBearsScoresOfAnySize()
    {
        var shape = new NetworkShape(new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 4, HiddenSize = 6, Pooling = PoolingKind.Attention }, 11);
        using var parameters = NetworkParameters.OfSequences(shape, 3);
        parameters.Initialize(1);
        // Scores of hundreds: exp of one would be infinite.
        foreach (ref var value in parameters.Attention!.Values)
            value *= 5_000;
        using var device = new Device(threads: 1);
        using var encoder = Encoders.Create(parameters.Encoder, new StackSettings { Arithmetic = CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored }, device);
        encoder.PrepareTraining();
        parameters.Attention.EnableGradient();
        parameters.Output.Weight.EnableGradient();
        parameters.Output.Bias.EnableGradient();
        using var head = new PooledHead(parameters, encoder, new SoftmaxLoss(_labels));

        var result = new BatchPass(encoder, head).Train(Batch(), seed: 0);

        Assert.AreEqual(new ReferenceNetwork(parameters).Loss(_sequences, _labels), result.LossSum / result.Predictions, 1e-4);
        Assert.IsTrue(parameters.Dense.All(parameter => parameter.Gradients.ToArray().All(float.IsFinite)));
    }

    private static void Check(NetworkOptions network)
    {
        using var parameters = NetworkParameters.OfSequences(new NetworkShape(network, 11), 3);
        parameters.Initialize(1);
        foreach (var parameter in parameters.All)
        {
            foreach (ref var value in parameter.Values)
                value *= 1.5f;
        }
        foreach (var parameter in parameters.Dense)
            parameter.EnableGradient();
        using var device = new Device(threads: 2);
        using var encoder = Encoders.Create(parameters.Encoder, new StackSettings { Arithmetic = CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored }, device);
        encoder.PrepareTraining();
        using var head = new PooledHead(parameters, encoder, new SoftmaxLoss(_labels));

        var result = new BatchPass(encoder, head).Train(Batch(), seed: 0);

        var reference = new ReferenceNetwork(parameters);
        Assert.AreEqual(reference.Loss(_sequences, _labels), result.LossSum / result.Predictions, 1e-5, $"{network}");
        foreach (var parameter in parameters.All)
        {
            var values = reference.Values(parameter);
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i];
                values[i] = value + Difference;
                var above = reference.Loss(_sequences, _labels);
                values[i] = value - Difference;
                var expected = (above - reference.Loss(_sequences, _labels)) / (2 * Difference);
                values[i] = value;
                Assert.AreEqual(expected, GradientAt(parameters, parameter, i), 3e-6, $"{network}: {parameter.Name} {i}");
            }
        }
    }

    private static unsafe float GradientAt(NetworkParameters parameters, Parameter parameter, int index)
    {
        var (row, column) = (index / parameter.Columns, index % parameter.Columns);
        var embedding = parameters.Encoder.Embedding;
        if (parameter != embedding.Value)
            return parameter.GradientAt(row, column);
        var slot = embedding.Touched.IndexOf(row);
        return slot < 0 ? 0 : embedding.Gradient[slot * embedding.Stride + column];
    }

    private static PackedBatch Batch()
    {
        var batch = new PackedBatch();
        batch.Fill(_sequences, Parameter.Identity(_sequences.Length), 0);
        return batch;
    }
}
