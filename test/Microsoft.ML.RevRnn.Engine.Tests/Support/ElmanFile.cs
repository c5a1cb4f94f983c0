using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A golden file of an Elman network with outputs: what goes into the engine's parameters, and what should come of them.</summary>
internal sealed class ElmanFile
{
    private const double Tolerance = 1e-5;

    public ElmanFile(string name) => File = GoldenFile.Load(name);

    public GoldenFile File { get; }

    public int T => File.Int("T");

    public int B => File.Int("B");

    public int I => File.Int("I");

    public int H => File.Int("H");

    public int O => File.Int("O");

    public int Tokens => T * B;

    public StackSettings Settings => new() { Strategy = ActivationStrategy.Checkpointed, ChunkLength = new ChunkLength(1, 2, 1) };

    public double[] this[string parameter] => File.Numbers("params", parameter);

    /// <summary>U; W too where it reads what lies behind x; the recurrent weights [H, H], or none; the bias.</summary>
    public void SetLayer(NetworkParameters parameters, double[] recurrent, double[] bias)
    {
        var layer = parameters.Encoder.Stacks[0].Layers[0];
        for (var unit = 0; unit < H; unit++)
        {
            layer.Bias.At(0, unit) = (float)bias[unit];
            for (var row = 0; row < layer.Input.Rows; row++)
                layer.Input.At(row, unit) = (float)(row < I ? this["U"][unit * I + row] : this["W"][unit * O + row - I]);
            for (var k = 0; k < H && recurrent.Length > 0; k++)
                layer.Hidden[0].At(k, unit) = (float)recurrent[unit * H + k];
        }
    }

    public void SetOutput(LinearParameters output)
    {
        for (var o = 0; o < O; o++)
        {
            output.Bias.At(0, o) = (float)this["c"][o];
            for (var k = 0; k < H; k++)
                output.Weight.At(o, k) = (float)this["V"][o * H + k];
        }
    }

    /// <summary>x, and behind it what else a step reads.</summary>
    public void SetVectors(NetworkParameters parameters, Func<int, int, double[]> behind)
    {
        for (var place = 0; place < Tokens; place++)
        {
            double[] vector = [.. Enumerable.Range(0, I).Select(i => File.Number("x", place / B, place % B, i)), .. behind(place / B, place % B)];
            for (var i = 0; i < vector.Length; i++)
                parameters.Encoder.Embedding.Value.At(place, i) = (float)vector[i];
        }
    }

    public void Prepare(NetworkParameters parameters, ISequenceEncoder encoder)
    {
        foreach (var parameter in parameters.Dense)
            parameter.EnableGradient();
        encoder.PrepareTraining();
    }

    /// <summary>Rows in the order of the file.</summary>
    public PackedBatch Batch(int[] lengths, Func<int, int, int> token)
    {
        var batch = new PackedBatch();
        batch.Fill([.. lengths.Select((length, b) => Enumerable.Range(0, length).Select(t => token(t, b)).ToArray())], Parameter.Identity(lengths.Length), 0);
        return batch;
    }

    /// <summary>The file's loss, linear in o = V h + c, of outputs in another order of steps.</summary>
    public WatchedHead Head(ISequenceEncoder encoder, Func<int, int> step) => new(encoder, new LinearHead(encoder, (flat, unit) =>
        (float)Enumerable.Range(0, O).Sum(o => File.Number("loss_weight_out", step((int)flat / B), (int)flat % B, o) * this["V"][o * H + unit])));

    public void CheckOutputs(string mode, float[] outputs, Func<int, int> step)
    {
        for (var flat = 0; flat < Tokens; flat++)
        {
            for (var o = 0; o < O; o++)
            {
                var actual = this["c"][o] + Enumerable.Range(0, H).Sum(k => this["V"][o * H + k] * outputs[flat * H + k]);
                Assert.AreEqual(File.Number(mode, "out", step(flat / B), flat % B, o), actual, Tolerance, $"output {flat} {o}");
            }
        }
    }

    /// <summary>Gradients by U, W and b; W reads hidden units where the cell does, else what lies behind x.</summary>
    public void CheckLayer(NetworkParameters parameters, params object[] path)
    {
        var layer = parameters.Encoder.Stacks[0].Layers[0];
        for (var unit = 0; unit < H; unit++)
        {
            Assert.AreEqual(File.Number([.. path, "b", unit]), layer.Bias.GradientAt(0, unit), Tolerance, $"b {unit}");
            for (var row = 0; row < layer.Input.Rows; row++)
                Assert.AreEqual(row < I ? File.Number([.. path, "U", unit, row]) : File.Number([.. path, "W", unit, row - I]), layer.Input.GradientAt(row, unit), Tolerance, $"U {unit} {row}");
            for (var k = 0; k < H && layer.Hidden[0].Columns > 0; k++)
                Assert.AreEqual(File.Number([.. path, "W", unit, k]), layer.Hidden[0].GradientAt(k, unit), Tolerance, $"W {unit} {k}");
        }
    }

    public void CheckInputs(NetworkParameters parameters, double[] expected)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], VectorGradient(parameters, i / I, i % I), Tolerance, $"x {i}");
    }

    /// <summary>The gradient by a value of a token's vector; 0 where the batch does not have it.</summary>
    public static unsafe double VectorGradient(NetworkParameters parameters, int token, int column)
    {
        var table = parameters.Encoder.Embedding;
        var slot = table.Touched.IndexOf(token);
        return slot < 0 ? 0 : table.Gradient[slot * table.Stride + column];
    }
}
