using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The sum of a token's vector and that of the class before it. Both are rows of one table: V tokens, then C classes. What a batch holds are pairs, token + V class, with C for the
/// class before the first token, which adds nothing.
/// </summary>
/// <param name="table">[V + C, I].</param>
/// <param name="shape">Says what V and C are.</param>
/// <param name="ofValues">Dropout of values, with a mask for each pair; null for none.</param>
internal sealed unsafe class FeedbackInput(EmbeddingTable table, NetworkShape shape, Dropout? ofValues = null) : IStackInput
{
    private int[] _rows = [];
    private PackedBatch _batch = new();
    private ulong _seed;
    private bool _isTraining;

    public int Stride => table.Stride;

    /// <summary>Pairs.</summary>
    public int Vocabulary => shape.Vocabulary * (shape.FedBack + 1);

    /// <summary>Whether each pair has a number.</summary>
    public static bool Fits(int vocabulary, int classes) => vocabulary * (classes + 1L) <= int.MaxValue;

    /// <summary>The pair of a token and the class before it; C for none.</summary>
    public static int Pair(NetworkShape shape, int token, int before) => token + shape.Vocabulary * before;

    /// <summary>The pairs of a sequence whose classes are known.</summary>
    public static int[] Pairs(NetworkShape shape, int[] tokens, int[] classes)
        => [.. tokens.Select((token, t) => Pair(shape, token, t == 0 ? shape.FedBack : classes[t - 1]))];

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _batch = batch;
        _isTraining = training;
        _seed = seed;
    }

    public void Write(ReadOnlySpan<int> tokens, float* inputs)
    {
        var target = inputs;
        foreach (var pair in tokens)
        {
            var (token, before) = Rows(pair);
            var row = new Span<float>(target, Stride);
            if (before < 0)
                Vector(token).CopyTo(row);
            else
                TensorPrimitives.Add(Vector(token), Vector(before), row);
            target += Stride;
        }
        Mask(tokens, inputs);
    }

    public void Mask(ReadOnlySpan<int> tokens, float* rows)
    {
        if (ofValues == null || !_isTraining)
            return;
        foreach (var pair in tokens)
        {
            ofValues.Apply(rows, rows, Stride, CounterRandom.Key(_seed, RandomUse.TokenDropout, (ulong)pair));
            rows += Stride;
        }
    }

    public void BeginGradient()
    {
        var pairs = _batch.Tokens;
        if (_rows.Length < 2 * pairs.Length)
            _rows = new int[2 * pairs.Length];
        var count = 0;
        foreach (var pair in pairs)
        {
            var (token, before) = Rows(pair);
            _rows[count++] = token;
            if (before >= 0)
                _rows[count++] = before;
        }
        table.BeginGradient(_rows.AsSpan(0, count));
    }

    public void AddGradient(ReadOnlySpan<int> tokens, float* gradient, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(Stride, LostBitLanes.Count, worker);
        foreach (var pair in tokens)
        {
            var (token, before) = Rows(pair);
            table.Scatter([token], gradient, dropout: 0, key: 0, begin, end);
            if (before >= 0)
                table.Scatter([before], gradient, dropout: 0, key: 0, begin, end);
            gradient += Stride;
        }
    }

    /// <summary>Where in the table the two of a pair are; the class is negative where there is none.</summary>
    public static (int Token, int Before) Rows(NetworkShape shape, int pair)
    {
        var (before, token) = Math.DivRem(pair, shape.Vocabulary);
        return (token, before == shape.FedBack ? -1 : shape.Vocabulary + before);
    }

    private (int Token, int Before) Rows(int pair) => Rows(shape, pair);

    private ReadOnlySpan<float> Vector(int row) => new(table.Value.Value + (nint)row * Stride, Stride);
}
