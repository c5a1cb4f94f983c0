using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned vectors of a batch's tokens; in training those of some tokens may be left out of the whole batch, or some of each one's values.</summary>
/// <param name="table">The vectors.</param>
/// <param name="dropout">Probability of leaving a token's vector out (Gal and Ghahramani 2016).</param>
/// <param name="ofValues">Dropout of values, with a mask for each token; null for none.</param>
internal sealed unsafe class TokenInput(EmbeddingTable table, float dropout, Dropout? ofValues = null) : IStackInput
{
    private PackedBatch _batch = new();
    private ulong _seed;
    private ulong _key;
    private float _rate;
    private bool _isTraining;

    /// <summary>Whether a batch's gradients begin with its backward pass; false where others add to them too, and whoever trains begins them.</summary>
    public bool BeginsGradient { get; init; } = true;

    /// <summary>Whether a token's vector is read as it is in the table.</summary>
    public bool IsPlain => _rate == 0 && (ofValues == null || !_isTraining);

    /// <summary>With the rates' dropout of tokens, and that of their values if its masks are by token.</summary>
    public static TokenInput Create(EmbeddingTable table, DropoutRates rates, Device device, bool beginsGradient = true) =>
        new(table, rates.Embedding, rates is { InputByToken: true, Input: > 0 } ? Dropout.For(device.Width, rates.Input) : null) { BeginsGradient = beginsGradient };

    public int Stride => table.Stride;

    public int Vocabulary => table.Value.Rows;

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _batch = batch;
        _seed = seed;
        _key = CounterRandom.Key(seed, RandomUse.EmbeddingDropout);
        _rate = training ? dropout : 0;
        _isTraining = training;
    }

    public void Write(ReadOnlySpan<int> tokens, float* inputs)
    {
        table.Gather(tokens, inputs, _rate, _key);
        Mask(tokens, inputs);
    }

    public void Mask(ReadOnlySpan<int> tokens, float* rows)
    {
        if (ofValues == null || !_isTraining)
            return;
        foreach (var token in tokens)
        {
            ofValues.Apply(rows, rows, Stride, CounterRandom.Key(_seed, RandomUse.TokenDropout, (ulong)token));
            rows += Stride;
        }
    }

    public void BeginGradient()
    {
        if (BeginsGradient)
            table.BeginGradient(_batch);
    }

    public void AddGradient(ReadOnlySpan<int> tokens, float* gradient, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(Stride, LostBitLanes.Count, worker);
        AddGradient(tokens, gradient, begin, end);
    }

    /// <summary>Adds columns [begin, end) of the gradients by tokens' vectors.</summary>
    public void AddGradient(ReadOnlySpan<int> tokens, float* gradient, int begin, int end) => table.Scatter(tokens, gradient, _rate, _key, begin, end);
}
