using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned vectors of a batch's tokens; in training those of some tokens may be left out of the whole batch.</summary>
/// <param name="table">The vectors.</param>
/// <param name="dropout">Probability of leaving a token's vector out (Gal and Ghahramani 2016).</param>
internal sealed unsafe class TokenInput(EmbeddingTable table, float dropout) : IStackInput
{
    private PackedBatch _batch = new();
    private ulong _key;
    private float _rate;

    public int Stride => table.Stride;

    public int Vocabulary => table.Value.Rows;

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _batch = batch;
        _key = CounterRandom.Key(seed, RandomUse.EmbeddingDropout);
        _rate = training ? dropout : 0;
    }

    public void Write(ReadOnlySpan<int> tokens, float* inputs) => table.Gather(tokens, inputs, _rate, _key);

    public void BeginGradient() => table.BeginGradient(_batch);

    public void AddGradient(ReadOnlySpan<int> tokens, float* gradient, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(Stride, LostBitLanes.Count, worker);
        table.Scatter(tokens, gradient, _rate, _key, begin, end);
    }
}
