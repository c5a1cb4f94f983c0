using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Attention as products of matrices against the naive one, where blocks of tokens, pieces of steps and groups of rows all have ends.</summary>
[TestClass]
internal sealed class AttentionProductsTests
{
    private const int Steps = 37;
    private const int Units = 12;
    private const int Width = 10;
    private const int Slice = 5;

    private static readonly AttentionShape _shape = new(
        new NetworkShape(new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = Width, HiddenSize = Units }, 50), 2, AttentionContext.EmbeddingAndSlice, Slice,
        AttentionScore.General);

    // Of a token; and of blocks of 48: one short of three, one and a bit. The fourth row begins another group.
    private static readonly int[][] _sources = [.. ((int[])[1, 1_000, 143, 1_100, 49]).SelectMany((length, i) => Sequences.Random(1, length, length, 50, seed: i))];

    [TestMethod]
    public void ChunksGiveWhatTheReferenceDoes()
    {
        using var run = Create();

        var outputs = run.Forward();
        var ofQ = run.Backward((t, b, i) => Value(3, b, t, i));

        var (reference, naive) = (Reference(run), new Contexts(run));
        Variable[][] queries = [.. Enumerable.Range(0, Steps).Select(t => _sources.Select((_, b) => new Variable(Query(b, t))).ToArray())];
        Variable[][] expected = [.. queries.Select(ofStep => ofStep.Select((q, b) => reference.Read(q, naive.Joined[b]).Output).ToArray())];
        Variable.Backward([.. expected.SelectMany((ofStep, t) => ofStep.Select((output, b) => (output, Enumerable.Range(0, Units).Select(i => Value(3, b, t, i)).ToArray())))]);
        Near.AreNear([.. expected.SelectMany(ofStep => ofStep.SelectMany(output => output.Value))], outputs, 1e-5, "outputs");
        Near.AreNear([.. queries.SelectMany(ofStep => ofStep.SelectMany(q => q.Gradient))], ofQ, 1e-5, "gradient by q");
        foreach (var (token, vector) in naive.Vectors.Index())
            Near.AreNearToLargest(vector.Gradient, run.VectorGradient(token), 1e-5, $"gradient by vector {token}");
        foreach (var (b, slices) in naive.Slices.Index())
            Near.AreNearToLargest([.. slices.SelectMany(slice => slice.Gradient)], [.. slices.SelectMany((_, s) => run.SliceGradient(b, s))], 1e-5, $"gradients by slices of {b}");
    }

    [TestMethod]
    public void SingleStepsGiveWhatTheReferenceDoes()
    {
        using var run = Create(steps: 1);

        var outputs = run.Step();

        var reference = Reference(run);
        ReferenceAttention.Step[] results = [.. new Contexts(run).Joined.Select((contexts, b) => reference.Read(new Variable(Query(b, 0)), contexts))];
        Near.AreNear([.. results.SelectMany(result => result.Output.Value)], outputs, 1e-5, "outputs");
        CollectionAssert.AreEqual(Array.ConvertAll(results, result => Array.IndexOf(result.Alpha.Value, result.Alpha.Value.Max())), run.Alignments());
    }

    private static AttentionRun Create(int steps = Steps)
    {
        var run = new AttentionRun(_shape, _sources, steps, (b, s) => [.. Enumerable.Range(0, Units).Select(i => Value(1, b, s, i))], Query);
        run.Parameters.Initialize(3);
        run.Vectors.Value.InitializeUniform(4, 1);
        return run;
    }

    private static double[] Query(int b, int t) => [.. Enumerable.Range(0, Units).Select(i => Value(2, b, t, i))];

    private static ReferenceAttention Reference(AttentionRun run) => new(run.Parameters.Query!.Elements(), run.Parameters.Output.Elements());

    /// <summary>Something between -1 and 1, of exactly a float.</summary>
    private static double Value(int use, int b, int t, int i) => (float)Math.Sin(1 + use + 7.1 * b + 3.3 * t * (i + 1) + i);

    /// <summary>Of each row a vector and a slice for each source token.</summary>
    private sealed class Contexts
    {
        public Contexts(AttentionRun run)
        {
            Vectors = [.. Enumerable.Range(0, run.Vectors.Value.Rows).Select(token => new Variable([.. Enumerable.Range(0, Width).Select(i => (double)run.Vectors.Value.At(token, i))]))];
            Slices = [.. _sources.Select((source, b) => source.Select((_, s) => new Variable([.. Enumerable.Range(0, Slice).Select(i => Value(1, b, s, i))])).ToArray())];
            Joined = [.. _sources.Select((source, b) => Variable.Join([.. source.SelectMany((token, s) => (Variable[])[Vectors[token], Slices[b][s]])]))];
        }

        public Variable[] Vectors { get; }

        public Variable[][] Slices { get; }

        public Variable[] Joined { get; }
    }
}
