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

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _batch = batch;
        _key = CounterRandom.Key(seed, RandomUse.EmbeddingDropout);
        _rate = training ? dropout : 0;
    }

    public void Write(in Chunk chunk, float* inputs, int begin, int end) => table.Gather(chunk, inputs, _rate, _key, begin, end);

    public void BeginGradient() => table.BeginGradient(_batch);

    public void AddGradient(in Chunk chunk, float* gradient, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(Stride, LostBitLanes.Count, worker);
        table.Scatter(chunk, gradient, _rate, _key, begin, end);
    }
}
