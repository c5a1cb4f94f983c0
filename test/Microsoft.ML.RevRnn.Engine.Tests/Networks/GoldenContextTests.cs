using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Contexts of sequences against double-precision results of an independent implementation: the whole stack, forward and back.</summary>
[TestClass]
internal sealed class GoldenContextTests
{
    private const double Tolerance = 1e-5;

    [TestMethod]
    [GoldenFiles("vector_to_sequence", "initial", ContextUse.InitialState, false)]
    [GoldenFiles("vector_to_sequence", "each_step", ContextUse.EachStep, false)]
    [GoldenFiles("vector_to_sequence", "both", ContextUse.Both, false)]
    [GoldenFiles("vector_to_sequence", "both", ContextUse.Both, true)]
    public void OutputsAndGradientsAreThoseOfTheReference(string golden, string name, ContextUse use, bool cutsChunks)
    {
        var file = GoldenFile.Load(golden);
        var (steps, rows, inputs, units, outcomes) = (file.Int("T"), file.Int("B"), file.Int("I"), file.Int("H"), file.Int("O"));
        float[][] contexts = [.. Enumerable.Range(0, rows).Select(row => Array.ConvertAll(file.Numbers("context", row), value => (float)value))];
        // The options ask for an even number of units; the shape of a layer does not.
        var network = new NetworkOptions { Cell = CellKind.Elman, EmbeddingSize = inputs, HiddenSize = units };
        var shape = new NetworkShape(network, steps * rows) { Context = new ContextShape(use, contexts[0].Length) };
        using var device = new Device(threads: 1);
        using var parameters = new EncoderParameters(shape);
        Set(file, parameters, steps, rows);
        var settings = new StackSettings
        {
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = ActivationStrategy.Stored,
            Contexts = contexts,
            ChunkLength = cutsChunks ? new ChunkLength(1, 2, 4) : null,
        };
        using var stack = new RecurrentStack(
            parameters.Stacks[0], TokenInput.Create(parameters.Embedding, settings.Dropout, device), settings, device);
        using var head = new WatchedHead(stack, new LinearHead(stack, (flat, unit) => (float)Enumerable.Range(0, outcomes).Sum(
            o => file.Number("loss_weight_out", (int)flat / rows, (int)flat % rows, o) * file.Number("params", "V", o, unit))));
        stack.PrepareTraining();
        var batch = new PackedBatch();
        batch.Fill([.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, steps).Select(t => t * rows + row).ToArray())], Parameter.Identity(rows), 0);

        new BatchPass(stack, head).Train(batch, seed: 0);

        for (var t = 0; t < steps; t++)
        {
            for (var row = 0; row < rows; row++)
            {
                var output = head.Outputs.AsSpan((t * rows + row) * units, units).ToArray();
                var scores = Enumerable.Range(0, outcomes).Select(o => file.Number("params", "c", o)
                    + output.Select((value, unit) => value * file.Number("params", "V", o, unit)).Sum()).ToArray();
                Near.AreNear(file.Numbers(name, "out", t, row), scores, Tolerance, $"output of step {t}, row {row}");
                var slot = parameters.Embedding.Touched.IndexOf(t * rows + row);
                Near.AreNear(file.Numbers(name, "grad_x", t, row), Doubles(parameters.Embedding.Gradients.Slice(slot * parameters.Embedding.Stride, inputs)), Tolerance, "gradient by an input");
            }
        }
        CheckWeights(file, name, parameters);
        for (var row = 0; row < rows; row++)
            Near.AreNear(file.Numbers(name, "grad_context", row), Doubles(stack.ContextGradient(row)), Tolerance, $"gradient by the context of row {row}");
    }

    private static void Set(GoldenFile file, EncoderParameters parameters, int steps, int rows)
    {
        var (layer, context) = (parameters.Stacks[0].Layers[0], parameters.Stacks[0].Context!);
        foreach (var (parameter, name) in Named(layer, context))
        {
            for (var row = 0; row < parameter.Rows; row++)
            {
                for (var column = 0; column < parameter.Columns; column++)
                    parameter.At(row, column) = (float)(parameter.Rows == 1 ? file.Number("params", name, column) : file.Number("params", name, column, row));
            }
        }
        for (var token = 0; token < steps * rows; token++)
        {
            for (var i = 0; i < parameters.Embedding.Value.Columns; i++)
                parameters.Embedding.Value.At(token, i) = (float)file.Number("x", token / rows, token % rows, i);
        }
    }

    private static void CheckWeights(GoldenFile file, string name, EncoderParameters parameters)
    {
        foreach (var (parameter, weight) in Named(parameters.Stacks[0].Layers[0], parameters.Stacks[0].Context!))
        {
            for (var row = 0; row < parameter.Rows; row++)
            {
                for (var column = 0; column < parameter.Columns; column++)
                {
                    var expected = parameter.Rows == 1
                        ? file.Number(name, "grad_params", weight, column)
                        : file.Number(name, "grad_params", weight, column, row);
                    Assert.AreEqual(expected, parameter.GradientAt(row, column), Tolerance * Math.Max(1, Math.Abs(expected)), $"gradient by {weight}[{column}, {row}]");
                }
            }
        }
    }

    private static IEnumerable<(Parameter Parameter, string Name)> Named(LayerParameters layer, ContextParameters context)
    {
        yield return (layer.Input, "U");
        yield return (layer.Hidden[0], "W");
        yield return (layer.Bias, "b");
        if (context.States.Length > 0)
        {
            yield return (context.States[0][0], "S.weight");
            yield return (context.Biases[0][0], "S.bias");
        }
        if (context.Input != null)
            yield return (context.Input, "R");
    }

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);
}
