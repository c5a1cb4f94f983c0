using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Depth in the three places of a step against double-precision results of an independent implementation, whose layers are of different sizes: here all are as wide as the widest, and
/// what is not there has zero weights, so that its units are zero. Token t B + b stands for the file's x[t][b].
/// </summary>
[TestClass]
internal sealed unsafe class GoldenDeepTransitionTests
{
    private const double Tolerance = 1e-5;

    [TestMethod]
    [GoldenFiles("deep_transition_rnn", CellKind.DeepTransition, "no_skip")]
    [GoldenFiles("deep_transition_rnn", CellKind.DeepTransitionShortcut, "skip")]
    public void OutputsAndGradientsAreThoseOfTheReference(string name, CellKind cell, string mode)
    {
        var file = GoldenFile.Load(name);
        var (steps, rows, units, outputs) = (file.Int("T"), file.Int("B"), file.Int("H"), file.Int("O"));
        using var device = new Device(threads: 1);
        using var parameters = Parameters(file, cell);
        var layer = parameters.Stacks[0].Layers[0];
        using var encoder = Encoders.Create(parameters, new StackSettings { Strategy = ActivationStrategy.Checkpointed, ChunkLength = new ChunkLength(1, 2, 1) }, device);
        foreach (var parameter in parameters.Dense)
            parameter.EnableGradient();
        encoder.PrepareTraining();
        using var head = new WatchedHead(encoder, new LinearHead(encoder, (flat, unit) => unit >= file.Int("D") ? 0 : (float)Enumerable.Range(0, outputs).Sum(
            o => file.Number("loss_weight_out", (int)flat / rows, (int)flat % rows, o) * file.Number("params", "out2.weight", o, unit))));
        using var start = encoder.CreateStates(hasGradients: true);
        using var end = encoder.CreateStates(hasGradients: true);
        Fill(layer.Shape, start[0], (row, unit) => unit < units ? file.Number("h0", row, unit) : 0, (_, _) => 0, rows);

        Run(encoder, head, Batch(steps, rows), start, end, () => Fill(layer.Shape, end[0], null, (row, unit) => unit < units ? file.Number("loss_weight_final", row, unit) : 0, rows));

        var values = head.Outputs;
        for (var flat = 0; flat < steps * rows; flat++)
        {
            for (var o = 0; o < outputs; o++)
            {
                var actual = file.Number("params", "out2.bias", o)
                    + Enumerable.Range(0, file.Int("D")).Sum(d => file.Number("params", "out2.weight", o, d) * values[flat * layer.Shape.Units + d]);
                Assert.AreEqual(file.Number(mode, "out", flat / rows, flat % rows, o), actual, Tolerance, $"output {flat} {o}");
            }
        }
        Visit(file, layer, (name, row, column, parameter, parameterRow, parameterColumn) =>
            Assert.AreEqual(column < 0 ? file.Number(mode, "grad_params", name, row) : file.Number(mode, "grad_params", name, row, column),
                parameter.GradientAt(parameterRow, parameterColumn), Tolerance, $"{name} {row} {column}"));
        var gradients = MemoryMarshal.CreateReadOnlySpan(ref start[0].Gradients[0].Span[0], rows * layer.Shape.StateStride);
        for (var i = 0; i < rows * units; i++)
            Assert.AreEqual(file.Number(mode, "grad_h0", i / units, i % units), gradients[i / units * layer.Shape.StateStride + i % units], Tolerance, $"h0 {i}");
        var (table, inputs) = (parameters.Embedding, file.Int("I"));
        for (var i = 0; i < steps * rows * inputs; i++)
        {
            Assert.AreEqual(file.Numbers(mode, "grad_x")[i], table.Gradient[table.Touched.IndexOf(i / inputs) * table.Stride + i % inputs], Tolerance, $"x {i}");
        }
    }

    [TestMethod]
    public void AShortcutOfZeroWeightsChangesNothingElse()
    {
        var setup = new StackSetup { Cell = CellKind.DeepTransitionShortcut, Units = 34, Layers = 2, Strategy = ActivationStrategy.Checkpointed, MaximumChunkSteps = 8 };
        using var with = new StackRun(setup);
        using var without = new StackRun(setup with { Cell = CellKind.DeepTransition });
        foreach (var (source, target) in with.Parameters.Encoder.Stacks[0].Layers.Zip(without.Parameters.Encoder.Stacks[0].Layers))
        {
            for (var row = 0; row < 34; row++)
            {
                for (var unit = 0; unit < 34; unit++)
                    source.Hidden[0].At(row, 34 + unit) = 0;
            }
            foreach (var (from, to) in source.All.Zip(target.All))
                Visit(to, (row, column) => to.At(row, column) = from.At(row, column));
        }
        var sequences = Sequences.Random(9, 1, 40);

        with.Train(sequences);
        without.Train(sequences);

        Near.AreSame(without.Outputs, with.Outputs, "output");
        foreach (var (source, target) in with.Parameters.Encoder.Stacks[0].Layers.Zip(without.Parameters.Encoder.Stacks[0].Layers))
        {
            foreach (var (from, to) in source.All.Zip(target.All))
                Visit(to, (row, column) => Assert.AreEqual(to.GradientAt(row, column), from.GradientAt(row, column), $"{to.Name} {row} {column}"));
        }
    }

    private static EncoderParameters Parameters(GoldenFile file, CellKind cell)
    {
        var (inputs, tokens) = (file.Int("I"), file.Int("T") * file.Int("B"));
        var widest = ((string[])["E", "H", "M", "D"]).Max(size => file.Int(size));
        var parameters = new EncoderParameters(new NetworkShape(new NetworkOptions { Cell = cell, EmbeddingSize = inputs, HiddenSize = widest }, tokens));
        for (var i = 0; i < tokens * inputs; i++)
            parameters.Embedding.Value.At(i / inputs, i % inputs) = (float)file.Numbers("x")[i];
        Visit(file, parameters.Stacks[0].Layers[0], (name, row, column, parameter, parameterRow, parameterColumn) => parameter.At(parameterRow, parameterColumn) =
            (float)(column < 0 ? file.Number("params", name, row) : file.Number("params", name, row, column)));
        return parameters;
    }

    /// <summary>Each of the file's weights [out, in], and biases, whose column is negative, with its place.</summary>
    private static void Visit(GoldenFile file, LayerParameters layer, Action<string, int, int, Parameter, int, int> take)
    {
        var (units, e) = (layer.Shape.Units, file.Int("E"));
        Weights("in.weight", (row, column) => (layer.Input, column, row));
        Weights("t1.weight", (row, column) => column < e ? (layer.Inner[0], column, row) : (layer.Hidden[0], column - e, row));
        Weights("t2.weight", (row, column) => (layer.Inner[1], column, row));
        Weights("out1.weight", (row, column) => (layer.Inner[2], column, row));
        if (layer.Shape.Kind == CellKind.DeepTransitionShortcut)
            Weights("skip.weight", (row, column) => (layer.Hidden[0], column, units + row));
        Biases("in.bias", DeepTransitionSpec.E);
        Biases("t1.bias", DeepTransitionSpec.S);
        Biases("t2.bias", DeepTransitionSpec.G);
        Biases("out1.bias", DeepTransitionSpec.Y);

        void Weights(string name, Func<int, int, (Parameter, int, int)> place)
        {
            for (var row = 0; row < file.Count("params", name); row++)
            {
                for (var column = 0; column < file.Count("params", name, row); column++)
                {
                    var (parameter, parameterRow, parameterColumn) = place(row, column);
                    take(name, row, column, parameter, parameterRow, parameterColumn);
                }
            }
        }

        void Biases(string name, int gate)
        {
            for (var row = 0; row < file.Count("params", name); row++)
                take(name, row, -1, layer.Bias, 0, gate * units + row);
        }
    }

    private static void Visit(Parameter parameter, Action<int, int> take)
    {
        for (var i = 0; i < parameter.Rows * parameter.Columns; i++)
            take(i / parameter.Columns, i % parameter.Columns);
    }

    private static PackedBatch Batch(int steps, int rows)
    {
        var batch = new PackedBatch();
        batch.Fill([.. Enumerable.Range(0, rows).Select(b => Enumerable.Range(0, steps).Select(t => t * rows + b).ToArray())], Parameter.Identity(rows), 0);
        return batch;
    }

    /// <summary>Sets h and the gradient by it; y has none.</summary>
    private static void Fill(CellShape shape, LayerStates states, Func<int, int, double>? value, Func<int, int, double> gradient, int rows)
    {
        states.Rows = rows;
        for (var state = 0; state < shape.StateCount; state++)
        {
            states.Values[state].EnsureLength(rows * shape.StateStride);
            states.Gradients[state].EnsureLength(rows * shape.StateStride);
        }
        for (var i = 0; i < rows * shape.Units; i++)
        {
            var (row, unit) = (i / shape.Units, i % shape.Units);
            states.Gradients[CellSpec.HiddenState].Span[row * shape.StateStride + unit] = (float)gradient(row, unit);
            if (value != null)
                states.Values[CellSpec.HiddenState].Span[row * shape.StateStride + unit] = BitConverter.SingleToInt32Bits((float)value(row, unit));
        }
    }

    private static void Run(ISequenceEncoder encoder, WatchedHead head, PackedBatch batch, EncoderStates start, EncoderStates end, Action ended)
    {
        encoder.PackWeights(forTraining: true);
        encoder.Begin(batch, training: true, 0, start);
        head.Begin(batch, training: true, 0);
        for (var i = 0; i < encoder.ChunkCount; i++)
        {
            encoder.Forward(encoder.GetChunk(i));
            head.Forward(encoder.GetChunk(i));
        }
        head.FinishForward();
        encoder.SaveStates(end);
        ended();
        encoder.BeginBackward(1, end);
        head.BeginBackward();
        for (var i = encoder.ChunkCount - 1; i >= 0; i--)
        {
            encoder.Recover(encoder.GetChunk(i));
            head.Backward(encoder.GetChunk(i));
            encoder.Backward(encoder.GetChunk(i));
        }
        encoder.FinishBackward();
    }
}
