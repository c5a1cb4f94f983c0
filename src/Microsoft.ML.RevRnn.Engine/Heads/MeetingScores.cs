using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// The scores of each token by two directions, W_1 h_t + W_2 g_t + b. The second direction has read token t when the first one is at T - 1 - t, so both parts are kept of all tokens, and added when a
/// batch has been run: C values a token and direction. The outputs themselves need not be kept, so activations can be reversed.
/// </summary>
/// <param name="output">The linear map from the outputs of both.</param>
/// <param name="both">The directions, whose outputs are not joined.</param>
/// <param name="dropout">Rate of the outputs' dropout.</param>
internal sealed unsafe class MeetingScores(LinearParameters output, Bidirectional both, float dropout = 0) : IDisposable
{
    private readonly DirectionScores _first = new(output, both.First, 0, dropout);
    private readonly DirectionScores _second = new(output, both.Second, both.First.OutputStride, dropout);

    /// <summary>Where the second direction has a token: of the same row, as many steps from the end.</summary>
    public static long OtherPlace(PackedBatch batch, int step, int row) => batch.FlatOffset(batch.Length(row) - 1 - step) + row;

    public void Pack(bool forTraining)
    {
        _first.Pack(forTraining);
        _second.Pack(forTraining);
    }

    /// <summary>Takes the packed weights of another one, for prediction.</summary>
    public void Share(MeetingScores owner)
    {
        _first.Share(owner._first);
        _second.Share(owner._second);
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _first.Begin(batch, training, seed);
        _second.Begin(batch, training, Bidirectional.SecondSeed(seed));
    }

    public void Release()
    {
        _first.Release();
        _second.Release();
    }

    public void Forward(in Chunk chunk)
    {
        _first.Forward(chunk);
        _second.Forward(both.Second.GetChunk(chunk.Index));
    }

    /// <summary>After all chunks: adds the parts of a token's scores.</summary>
    /// <param name="batch">The batch, as it stands in the text.</param>
    /// <param name="step">t.</param>
    /// <param name="row">Its row.</param>
    /// <returns>[C], to be changed in place.</returns>
    public Span<float> Add(PackedBatch batch, int step, int row)
    {
        var scores = _first.Row(batch.FlatOffset(step) + row);
        TensorPrimitives.Add(scores, _second.Row(OtherPlace(batch, step, row)), scores);
        TensorPrimitives.Add(scores, new ReadOnlySpan<float>(output.Bias.Value, scores.Length), scores);
        return scores;
    }

    /// <summary>Gives the gradient that stands in the place of a token's scores to both directions.</summary>
    public void Spread(PackedBatch batch, int step, int row) => _first.Row(batch.FlatOffset(step) + row).CopyTo(_second.Row(OtherPlace(batch, step, row)));

    public void Backward(in Chunk chunk)
    {
        _first.Backward(chunk);
        _second.Backward(both.Second.GetChunk(chunk.Index));
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}
