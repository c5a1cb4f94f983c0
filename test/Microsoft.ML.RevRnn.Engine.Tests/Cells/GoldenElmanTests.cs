using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The other two forms of Elman's network (Goodfellow et al. 2016, figures 10.4 and 10.5) against double-precision results of an independent implementation. Token t B + b stands for the
/// file's x[t][b].
/// </summary>
[TestClass]
internal sealed class GoldenElmanTests
{
    private const double Tolerance = 1e-5;

    [TestMethod]
    [GoldenFiles("elman_single_output")]
    public void ASingleOutputIsThatOfTheLastRealToken(string name)
    {
        var file = new ElmanFile(name);
        var shape = new NetworkShape(
            new NetworkOptions { Cell = CellKind.Elman, EmbeddingSize = file.I, HiddenSize = file.H, Pooling = PoolingKind.Last }, file.Tokens);
        using var device = new Device(threads: 1);
        using var parameters = NetworkParameters.OfSequences(shape, file.O);
        file.SetLayer(parameters, file["W"], file["b"]);
        file.SetOutput(parameters.Output);
        file.SetVectors(parameters, (_, _) => []);
        using var encoder = Encoders.Create(parameters.Encoder, file.Settings, device);
        file.Prepare(parameters, encoder);
        int[] labels = [.. file.File.Numbers("labels").Select(label => (int)label)];
        using var head = new PooledHead(parameters, encoder, new SoftmaxLoss(labels), dropout: 0);
        int[] lengths = [.. file.File.Numbers("lengths").Select(length => (int)length)];

        var result = new BatchPass(encoder, head).Train(file.Batch(lengths, (t, b) => t * file.B + b), seed: 0);

        Assert.AreEqual(file.File.Number("loss"), result.LossSum / file.B, Tolerance);
        file.CheckLayer(parameters, "grad_params");
        for (var o = 0; o < file.O; o++)
        {
            Assert.AreEqual(file.File.Number("grad_params", "c", o), parameters.Output.Bias.GradientAt(0, o), Tolerance, $"c {o}");
            for (var k = 0; k < file.H; k++)
                Assert.AreEqual(file.File.Number("grad_params", "V", o, k), parameters.Output.Weight.GradientAt(o, k), Tolerance, $"V {o} {k}");
        }
        file.CheckInputs(parameters, file.File.Numbers("grad_x"));
    }

    [TestMethod]
    [GoldenFiles("elman_output_to_hidden", false)]
    [GoldenFiles("elman_output_to_hidden", true)]
    public void WithATeacherStepsDependOnNoOther(string name, bool backwards)
    {
        var file = new ElmanFile(name);
        var plain = new NetworkShape(
            new NetworkOptions { Cell = CellKind.Elman, Feedback = FeedbackKind.Output, EmbeddingSize = file.I + file.O, HiddenSize = file.H }, file.Tokens);
        var shape = plain with { FedBack = file.Tokens };
        using var device = new Device(threads: 1);
        using var parameters = NetworkParameters.OfTokens(shape, file.O);
        file.SetLayer(parameters, [], file["b"]);
        file.SetVectors(parameters, (_, _) => new double[file.O]);
        // The vector of class t B + b is what step t reads of the one before: o0, and then the targets.
        for (var place = 0; place < file.Tokens; place++)
        {
            for (var o = 0; o < file.O; o++)
                parameters.Encoder.Embedding.Value.At(file.Tokens + place, file.I + o) = (float)(place < file.B ? file.File.Number("o0", place, o) : file.File.Number("y", place / file.B - 1, place % file.B, o));
        }
        using var encoder = Encoders.Create(parameters.Encoder, file.Settings, device);
        file.Prepare(parameters, encoder);
        var steps = file.T;
        int Step(int t) => backwards ? steps - 1 - t : t;
        using var head = file.Head(encoder, Step);

        new BatchPass(encoder, head).Train(file.Batch([.. Enumerable.Repeat(steps, file.B)], (t, b) => FeedbackInput.Pair(shape, Step(t) * file.B + b, Step(t) * file.B + b)), seed: 0);

        file.CheckOutputs("teacher", head.Outputs, Step);
        file.CheckLayer(parameters, "teacher", "grad_params");
        file.CheckInputs(parameters, file.File.Numbers("teacher", "grad_x"));
        for (var b = 0; b < file.B; b++)
        {
            for (var o = 0; o < file.O; o++)
                Assert.AreEqual(file.File.Number("teacher", "grad_o0", b, o), ElmanFile.VectorGradient(parameters, file.Tokens + b, file.I + o), Tolerance, $"o0 {b} {o}");
        }
    }

    /// <summary>What runs freely on o = V h + c is an Elman cell whose recurrent weights are W V and whose bias is b + W c. At the first step W reads o0 - c besides.</summary>
    [TestMethod]
    [GoldenFiles("elman_output_to_hidden")]
    public void RunningFreelyIsAnElmanCellOfAsManyDimensionsAsOutputs(string name)
    {
        var file = new ElmanFile(name);
        double[] c = file["c"];
        var shape = new NetworkShape(new NetworkOptions { Cell = CellKind.Elman, EmbeddingSize = file.I + file.O, HiddenSize = file.H }, file.Tokens);
        using var device = new Device(threads: 1);
        using var parameters = NetworkParameters.OfTokens(shape, file.O);
        double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);
        double W(int unit, int o) => file["W"][unit * file.O + o];
        double V(int o, int k) => file["V"][o * file.H + k];
        double[] recurrent = [.. Enumerable.Range(0, file.H * file.H).Select(i => Sum(file.O, o => W(i / file.H, o) * V(o, i % file.H)))];
        file.SetLayer(parameters, recurrent, [.. Enumerable.Range(0, file.H).Select(unit => file["b"][unit] + Sum(file.O, o => W(unit, o) * c[o]))]);
        file.SetVectors(parameters, (t, b) => [.. Enumerable.Range(0, file.O).Select(o => t == 0 ? file.File.Number("o0", b, o) - c[o] : 0)]);
        using var encoder = Encoders.Create(parameters.Encoder, file.Settings, device);
        file.Prepare(parameters, encoder);
        using var head = file.Head(encoder, t => t);

        new BatchPass(encoder, head).Train(file.Batch([.. Enumerable.Repeat(file.T, file.B)], (t, b) => t * file.B + b), seed: 0);

        file.CheckOutputs("free", head.Outputs, t => t);
        file.CheckInputs(parameters, file.File.Numbers("free", "grad_x"));
        var layer = parameters.Encoder.Stacks[0].Layers[0];
        for (var unit = 0; unit < file.H; unit++)
        {
            Assert.AreEqual(file.File.Number("free", "grad_params", "b", unit), layer.Bias.GradientAt(0, unit), Tolerance, $"b {unit}");
            for (var o = 0; o < file.O; o++)
            {
                var ofW = layer.Input.GradientAt(file.I + o, unit) + layer.Bias.GradientAt(0, unit) * c[o] + Sum(file.H, k => layer.Hidden[0].GradientAt(k, unit) * V(o, k));
                Assert.AreEqual(file.File.Number("free", "grad_params", "W", unit, o), ofW, Tolerance, $"W {unit} {o}");
            }
        }
        for (var b = 0; b < file.B; b++)
        {
            for (var o = 0; o < file.O; o++)
                Assert.AreEqual(file.File.Number("free", "grad_o0", b, o), ElmanFile.VectorGradient(parameters, b, file.I + o), Tolerance, $"o0 {b} {o}");
        }
    }
}
