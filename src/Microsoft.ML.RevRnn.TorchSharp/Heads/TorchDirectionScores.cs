using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>One direction's part of the scores of a batch's tokens, as the engine's DirectionScores.</summary>
/// <param name="direction">Gives its outputs.</param>
/// <param name="parameters">All matrices.</param>
/// <param name="output">The linear map from the outputs of all directions.</param>
/// <param name="firstColumn">Where in a row of the map's weights those of this direction begin.</param>
/// <param name="dropout">Rate of the outputs' dropout.</param>
internal sealed class TorchDirectionScores(TorchStack direction, TorchParameters parameters, LinearParameters output, int firstColumn, float dropout)
{
    private TorchBuffer? _mask;
    private TorchBuffer? _scores;

    /// <summary>[tokens, C]: the scores, or the gradient by them, in the order of the direction's batch.</summary>
    public Tensor Scores => _scores!.Tensor;

    private Tensor Weight => parameters[output.Weight].Value.Tensor.narrow(1, firstColumn, direction.OutputStride);

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        Release();
        _scores = direction.Torch.Rows(batch.TokenCount, output.Outcomes);
        if (!training || dropout == 0)
            return;
        ulong[] keys = [.. Enumerable.Range(0, batch.RowCount).Select(row => CounterRandom.Key(seed, RandomUse.OutputDropout, (ulong)row))];
        _mask = Masks.Create(direction.Torch, dropout, direction.OutputStride, keys);
    }

    public void Release()
    {
        _mask?.Dispose();
        _scores?.Dispose();
        (_mask, _scores) = (null, null);
    }

    public void Forward(in Chunk chunk)
    {
        using var scope = NewDisposeScope();
        Of(chunk).copy_(Outputs(chunk).mm(Weight.t()));
    }

    public void Backward(in Chunk chunk)
    {
        using var scope = NewDisposeScope();
        var ofScores = Of(chunk);
        var gradient = direction.OutputGradientOf(chunk);
        gradient.copy_(ofScores.mm(Weight));
        if (MaskOf(chunk) is { } mask)
            gradient.mul_(mask);
        parameters[output.Weight].Gradient!.Tensor.narrow(1, firstColumn, direction.OutputStride).addmm_(ofScores.t(), Outputs(chunk), 1, 1);
        if (firstColumn == 0)
            parameters[output.Bias].Gradient!.Tensor.narrow(1, 0, output.Outcomes).add_(ofScores.sum(0L));
    }

    private Tensor Of(in Chunk chunk) => Scores.narrow(0, chunk.FlatStart, chunk.FlatRows);

    private Tensor Outputs(in Chunk chunk) => MaskOf(chunk) is { } mask ? direction.OutputsOf(chunk).mul(mask) : direction.OutputsOf(chunk);

    private Tensor? MaskOf(in Chunk chunk) => _mask?.Tensor.index_select(0, direction.Batch.RowsOf(chunk));
}
