using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Attention against golden vectors: the reference in double precision, and the engine against both.</summary>
[TestClass]
internal sealed class GoldenAttentionTests
{
    private const double Tolerance = 1e-5;

    [TestMethod]
    [GoldenFiles("attention_general")]
    [GoldenFiles("attention_embedding_slice")]
    public void TheEquationsInDoubleAreThoseOfTheReference(string name)
    {
        var attention = new AttentionFile(name);
        var file = attention.File;
        foreach (var (t, ofStep) in attention.Results.Index())
        {
            foreach (var (b, result) in ofStep.Index())
            {
                var past = new double[attention.SourceSteps - attention.Length(b)];
                Check([.. result.Alpha.Value, .. past], "alpha", t, b);
                Check(result.Output.Value, "out", t, b);
                if (attention.HasSlices)
                    continue;
                Check([.. result.Scores.Value, .. past], "scores", t, b);
                Check(result.Context.Value, "c", t, b);
            }
        }

        var loss = attention.Backward();

        Check([loss], "loss");
        Check(Gradients(attention.Queries), "grad_q");
        Check(attention.Attention.In!.Gradient, "grad_params", "w_in");
        Check(attention.Attention.Out.Gradient, "grad_params", "w_out");
        Check(Gradients(attention.Given), attention.HasSlices ? "grad_slice" : "grad_ctx");
        if (attention.HasSlices)
            Check(attention.Table.Gradient, "grad_table");

        void Check(double[] actual, params object[] path) => Near.AreNear(file.Numbers(path), actual, GoldenEquations.Tolerance, string.Join(' ', path));
    }

    [TestMethod]
    [GoldenFiles("attention_general", CellKind.RevGru)]
    [GoldenFiles("attention_general", CellKind.Lstm)]
    public void TheEngineGivesTheGoldenResults(string name, CellKind cell)
    {
        // Each context is the vector of a token of its own.
        var attention = new AttentionFile(name);
        var (file, rows, units) = (attention.File, attention.Rows, attention.Units);
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = file.Int("C"), HiddenSize = units };
        var shape = new AttentionShape(new NetworkShape(network, rows * attention.SourceSteps), 2, AttentionContext.Embedding, 1, AttentionScore.General);
        int[][] sources = [.. Enumerable.Range(0, rows).Select(b => Enumerable.Range(0, attention.Length(b)).Select(s => s * rows + b).ToArray())];
        using var run = new AttentionRun(shape, sources, attention.Steps, (_, _) => new double[units], (b, t) => file.Numbers("q", t, b));
        run.Parameters.Query!.SetElements(file.Numbers("params", "w_in"));
        run.Parameters.Output.SetElements(file.Numbers("params", "w_out"));
        run.Vectors.Value.SetElements(file.Numbers("ctx"));

        var outputs = run.Forward();
        var ofQ = run.Backward((t, b, i) => file.Numbers("loss_weight_out", t, b)[i]);

        Near.AreNear(file.Numbers("out"), outputs, 1e-5, "out");
        attention.Backward(withAlpha: false);
        Near.AreNear(Gradients(attention.Queries), ofQ, 1e-5, "grad_q");
        Near.AreNear(attention.Attention.In!.Gradient, run.Parameters.Query!.ElementGradients(), 1e-5, "grad_w_in");
        Near.AreNear(attention.Attention.Out.Gradient, run.Parameters.Output.ElementGradients(), 1e-5, "grad_w_out");
        for (var token = 0; token < rows * attention.SourceSteps; token++)
            Near.AreNear(attention.Given[token / rows][token % rows].Gradient, run.VectorGradient(token), 1e-5, $"grad_ctx {token}");
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
        run.Parameters.Query!.SetElements(file.Numbers("params", "w_in"));
        run.Parameters.Output.SetElements(file.Numbers("params", "w_out"));
        for (var token = 0; token < masked; token++)
        {
            for (var i = 0; i < width; i++)
                run.Vectors.Value.At(token, i) = (float)(file.Numbers("table", token / rows)[i] * file.Numbers("mask", token % rows)[i]);
        }

        var outputs = run.Forward();
        var ofQ = run.Backward((t, b, i) => file.Numbers("loss_weight_out", t, b)[i]);

        Near.AreNear(file.Numbers("out"), outputs, 1e-5, "out");
        Near.AreNear(file.Numbers("grad_q"), ofQ, 1e-5, "grad_q");
        Near.AreNear(file.Numbers("grad_params", "w_in"), run.Parameters.Query!.ElementGradients(), 1e-5, "grad_w_in");
        Near.AreNear(file.Numbers("grad_params", "w_out"), run.Parameters.Output.ElementGradients(), 1e-5, "grad_w_out");
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

    private static double[] Gradients(Variable[][] variables) => [.. variables.SelectMany(row => row.SelectMany(variable => variable.Gradient))];

    private static void Add(double[] sum, double[] addend)
    {
        for (var i = 0; i < sum.Length; i++)
            sum[i] += addend[i];
    }
}
