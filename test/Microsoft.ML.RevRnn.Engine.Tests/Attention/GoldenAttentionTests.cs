using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Attention against golden vectors: the reference in double precision, and the engine against both.</summary>
[TestClass]
internal sealed class GoldenAttentionTests
{
    [TestMethod]
    [GoldenFiles("attention_general")]
    public void TheReferenceGivesTheGoldenResults(string name)
    {
        var file = GoldenFile.Load(name);
        var attention = new ReferenceAttention(file.Numbers("params", "w_in"), file.Numbers("params", "w_out"), file.Int("H"));
        double[][] contextGradients = [.. Enumerable.Range(0, file.Int("S") * file.Int("B")).Select(_ => new double[file.Int("C")])];
        for (var t = 0; t < file.Int("T"); t++)
        {
            for (var b = 0; b < file.Int("B"); b++)
            {
                var length = file.Int("lengths", b);
                double[][] contexts = [.. Enumerable.Range(0, length).Select(s => file.Numbers("ctx", s, b))];
                var q = file.Numbers("q", t, b);
                var (alpha, mean, output) = attention.Forward(q, contexts);
                Near.AreNear(file.Numbers("alpha", t, b).AsSpan(0, length), alpha, 1e-12, "alpha");
                Near.AreNear(file.Numbers("c", t, b), mean, 1e-12, "c");
                Near.AreNear(file.Numbers("out", t, b), output, 1e-12, "out");
                var (ofQ, ofContexts) = attention.Backward(q, contexts, file.Numbers("loss_weight_out", t, b), file.Numbers("loss_weight_alpha", t, b));
                Near.AreNear(file.Numbers("grad_q", t, b), ofQ, 1e-12, "grad_q");
                for (var s = 0; s < length; s++)
                    Add(contextGradients[s * file.Int("B") + b], ofContexts[s]);
            }
        }
        Near.AreNear(file.Numbers("grad_params", "w_in"), attention.InputGradient, 1e-12, "grad_w_in");
        Near.AreNear(file.Numbers("grad_params", "w_out"), attention.OutputGradient, 1e-12, "grad_w_out");
        Near.AreNear(file.Numbers("grad_ctx"), [.. contextGradients.SelectMany(gradient => gradient)], 1e-12, "grad_ctx");
    }

    [TestMethod]
    [GoldenFiles("attention_general", CellKind.RevGru)]
    [GoldenFiles("attention_general", CellKind.Lstm)]
    public void TheEngineGivesTheGoldenResults(string name, CellKind cell)
    {
        // Each context is the vector of a token of its own.
        var file = GoldenFile.Load(name);
        var (rows, steps, units) = (file.Int("B"), file.Int("T"), file.Int("H"));
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = file.Int("C"), HiddenSize = units };
        var shape = new AttentionShape(new NetworkShape(network, rows * file.Int("S")), 2, AttentionContext.Embedding, 1, AttentionScore.General);
        int[][] sources = [.. Enumerable.Range(0, rows).Select(b => Enumerable.Range(0, file.Int("lengths", b)).Select(s => s * rows + b).ToArray())];
        using var run = new AttentionRun(shape, sources, steps, (_, _) => new double[units], (b, t) => file.Numbers("q", t, b));
        Set(run.Parameters.Query!, file.Numbers("params", "w_in"));
        Set(run.Parameters.Output, file.Numbers("params", "w_out"));
        Set(run.Vectors.Value, file.Numbers("ctx"));

        var outputs = run.Forward();
        var ofQ = run.Backward((t, b, i) => file.Numbers("loss_weight_out", t, b)[i]);

        Near.AreNear(file.Numbers("out"), outputs, 1e-5, "out");
        // The file's loss has a part by alpha too, which the reference can leave out.
        var attention = new ReferenceAttention(file.Numbers("params", "w_in"), file.Numbers("params", "w_out"), units);
        double[][] contextGradients = [.. Enumerable.Range(0, rows * file.Int("S")).Select(_ => new double[file.Int("C")])];
        var expected = new List<double>();
        for (var t = 0; t < steps; t++)
        {
            for (var b = 0; b < rows; b++)
            {
                double[][] contexts = [.. sources[b].Select(token => file.Numbers("ctx", token / rows, b))];
                var (q, ofContexts) = attention.Backward(file.Numbers("q", t, b), contexts, file.Numbers("loss_weight_out", t, b));
                expected.AddRange(q);
                for (var s = 0; s < contexts.Length; s++)
                    Add(contextGradients[s * rows + b], ofContexts[s]);
            }
        }
        Near.AreNear([.. expected], ofQ, 1e-5, "grad_q");
        Near.AreNear(attention.InputGradient, Gradients(run.Parameters.Query!), 1e-5, "grad_w_in");
        Near.AreNear(attention.OutputGradient, Gradients(run.Parameters.Output), 1e-5, "grad_w_out");
        for (var token = 0; token < contextGradients.Length; token++)
            Near.AreNear(contextGradients[token], run.VectorGradient(token), 1e-5, $"grad_ctx {token}");
    }

    [TestMethod]
    [GoldenFiles("attention_embedding_slice")]
    public void VectorsAndSlicesWithMasksGiveTheGoldenResults(string name)
    {
        // A mask is a part of what it masks here: the engine's own masks come of its seeds. It reads the slice of a row as its first units.
        var file = GoldenFile.Load(name);
        var (rows, steps, units, k, width) = (file.Int("B"), file.Int("T"), file.Int("H"), file.Int("k"), file.Count("table", 0));
        var masked = file.Int("V") * rows;
        var network = new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = width, HiddenSize = units };
        var shape = new AttentionShape(new NetworkShape(network, masked), 2, AttentionContext.EmbeddingAndSlice, k, AttentionScore.General);
        int[][] sources = [.. Enumerable.Range(0, rows).Select(b => Enumerable.Range(0, file.Int("lengths", b)).Select(s => file.Int("ids", s, b) * rows + b).ToArray())];
        using var run = new AttentionRun(shape, sources, steps, Slice, (b, t) => file.Numbers("q", t, b));
        Set(run.Parameters.Query!, file.Numbers("params", "w_in"));
        Set(run.Parameters.Output, file.Numbers("params", "w_out"));
        for (var token = 0; token < masked; token++)
        {
            for (var i = 0; i < width; i++)
                run.Vectors.Value.At(token, i) = (float)(file.Numbers("table", token / rows)[i] * file.Numbers("mask", token % rows)[i]);
        }

        var outputs = run.Forward();
        var ofQ = run.Backward((t, b, i) => file.Numbers("loss_weight_out", t, b)[i]);

        Near.AreNear(file.Numbers("out"), outputs, 1e-5, "out");
        Near.AreNear(file.Numbers("grad_q"), ofQ, 1e-5, "grad_q");
        Near.AreNear(file.Numbers("grad_params", "w_in"), Gradients(run.Parameters.Query!), 1e-5, "grad_w_in");
        Near.AreNear(file.Numbers("grad_params", "w_out"), Gradients(run.Parameters.Output), 1e-5, "grad_w_out");
        for (var token = 0; token < file.Int("V"); token++)
        {
            var sum = new double[width];
            for (var b = 0; b < rows; b++)
                Add(sum, [.. run.VectorGradient(token * rows + b).Zip(file.Numbers("mask", b), (gradient, mask) => gradient * mask)]);
            Near.AreNear(file.Numbers("grad_table", token), sum, 1e-5, $"grad_table {token}");
        }
        for (var b = 0; b < rows; b++)
        {
            for (var s = 0; s < sources[b].Length; s++)
            {
                double[] gradient = [.. run.SliceGradient(b, s).Zip(file.Numbers("mask_slice", b), (value, mask) => value * mask)];
                Near.AreNear(file.Numbers("grad_slice", s, b), gradient, 1e-5, $"grad_slice {s} {b}");
            }
        }

        double[] Slice(int b, int s)
        {
            var state = new double[units];
            for (var i = 0; i < k; i++)
                state[i] = file.Numbers("slice", s, b)[i] * file.Numbers("mask_slice", b)[i];
            return state;
        }
    }

    private static void Set(Parameter parameter, double[] values)
    {
        for (var i = 0; i < values.Length; i++)
            parameter.At(i / parameter.Columns, i % parameter.Columns) = (float)values[i];
    }

    private static double[] Gradients(Parameter parameter)
    {
        var gradients = new double[parameter.Rows * parameter.Columns];
        for (var i = 0; i < gradients.Length; i++)
            gradients[i] = parameter.GradientAt(i / parameter.Columns, i % parameter.Columns);
        return gradients;
    }

    private static void Add(double[] sum, double[] addend)
    {
        for (var i = 0; i < sum.Length; i++)
            sum[i] += addend[i];
    }
}
