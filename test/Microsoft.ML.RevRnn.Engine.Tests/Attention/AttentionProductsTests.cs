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

        var reference = Reference(run);
        var (expected, expectedOfQ) = (new List<double>(), new List<double>());
        var ofVectors = Enumerable.Range(0, 50).Select(_ => new double[Width]).ToArray();
        var ofSlices = Array.ConvertAll(_sources, source => Array.ConvertAll(source, _ => new double[Slice]));
        var contexts = Contexts(run);
        for (var t = 0; t < Steps; t++)
        {
            for (var b = 0; b < _sources.Length; b++)
            {
                var q = Query(b, t);
                expected.AddRange(reference.Forward(q, contexts[b]).Output);
                var (q0, ofContexts) = reference.Backward(q, contexts[b], [.. Enumerable.Range(0, Units).Select(i => Value(3, b, t, i))]);
                expectedOfQ.AddRange(q0);
                for (var s = 0; s < ofContexts.Length; s++)
                {
                    Add(ofVectors[_sources[b][s]], ofContexts[s].AsSpan(0, Width));
                    Add(ofSlices[b][s], ofContexts[s].AsSpan(Width));
                }
            }
        }
        Near.AreNear([.. expected], outputs, 1e-5, "outputs");
        Near.AreNear([.. expectedOfQ], ofQ, 1e-5, "gradient by q");
        for (var token = 0; token < ofVectors.Length; token++)
            Near.AreNearToLargest(ofVectors[token], run.VectorGradient(token), 1e-5, $"gradient by vector {token}");
        for (var b = 0; b < _sources.Length; b++)
            Near.AreNearToLargest([.. ofSlices[b].SelectMany(slice => slice)], [.. _sources[b].SelectMany((_, s) => run.SliceGradient(b, s))], 1e-5, $"gradients by slices of {b}");
    }

    [TestMethod]
    public void SingleStepsGiveWhatTheReferenceDoes()
    {
        using var run = Create(steps: 1);

        var outputs = run.Step();

        var (reference, contexts) = (Reference(run), Contexts(run));
        var results = Enumerable.Range(0, _sources.Length).Select(b => reference.Forward(Query(b, 0), contexts[b])).ToArray();
        Near.AreNear([.. results.SelectMany(result => result.Output)], outputs, 1e-5, "outputs");
        CollectionAssert.AreEqual(Array.ConvertAll(results, result => Array.IndexOf(result.Alpha, result.Alpha.Max())), run.Alignments());
    }

    private static AttentionRun Create(int steps = Steps)
    {
        var run = new AttentionRun(_shape, _sources, steps, (b, s) => [.. Enumerable.Range(0, Units).Select(i => Value(1, b, s, i))], Query);
        run.Parameters.Initialize(3);
        run.Vectors.Value.InitializeUniform(4, 1);
        return run;
    }

    private static double[] Query(int b, int t) => [.. Enumerable.Range(0, Units).Select(i => Value(2, b, t, i))];

    private static ReferenceAttention Reference(AttentionRun run) => new(Values(run.Parameters.Query!), Values(run.Parameters.Output), Units);

    private static double[] Values(Parameter parameter)
        => [.. Enumerable.Range(0, parameter.Rows * parameter.Columns).Select(i => (double)parameter.At(i / parameter.Columns, i % parameter.Columns))];

    private static double[][][] Contexts(AttentionRun run) =>
        [.. _sources.Select((source, b) => source.Select((token, s) => (double[])[.. Enumerable.Range(0, Width).Select(i => (double)run.Vectors.Value.At(token, i)),
            .. Enumerable.Range(0, Slice).Select(i => Value(1, b, s, i))]).ToArray())];

    /// <summary>Something between -1 and 1, of exactly a float.</summary>
    private static double Value(int use, int b, int t, int i) => (float)Math.Sin(1 + use + 7.1 * b + 3.3 * t * (i + 1) + i);

    private static void Add(double[] sum, ReadOnlySpan<double> addend)
    {
        for (var i = 0; i < sum.Length; i++)
            sum[i] += addend[i];
    }
}
