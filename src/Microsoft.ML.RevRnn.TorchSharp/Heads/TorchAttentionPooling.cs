using Microsoft.ML.RevRnn.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The outputs' mean by a softmax over time, as <see cref="Microsoft.ML.RevRnn.Heads.AttentionPooling"/>: it runs along with the chunks.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="attention">v of each direction, [1, outputs].</param>
/// <param name="shape">The network.</param>
internal sealed class TorchAttentionPooling(ITorchEncoder encoder, TorchParameter attention, NetworkShape shape) : TorchPooling(encoder, 1)
{
    private readonly int _directions = shape.Directions;
    private readonly float _scale = 1 / MathF.Sqrt(shape.Top.Units);
    private TorchBuffer? _highest;
    private TorchBuffer? _sum;
    private TorchBuffer? _kept;
    private TorchBuffer? _ofMean;

    private Tensor Vector => attention.Value.Tensor.view(_directions, -1);

    protected override void Begin()
    {
        _highest = Device.Rows(RowCount, _directions);
        _sum = Device.Rows(RowCount, _directions);
        _kept = Device.Rows(RowCount, Stride);
        _ofMean = Device.Rows(RowCount, _directions);
        _highest.Tensor.fill_(float.NegativeInfinity);
    }

    protected override void Take(in Chunk chunk, Tensor outputs)
    {
        var rows = chunk.ActiveRows(0);
        var (pooled, sum, highest) = (Vectors(0).narrow(0, 0, rows), _sum!.Tensor.narrow(0, 0, rows), _highest!.Tensor.narrow(0, 0, rows));
        var scores = Scores(outputs);
        var next = highest.maximum(Padded(chunk, scores, float.NegativeInfinity).amax([0]));
        var factor = (highest - next).exp();
        highest.copy_(next);
        var weights = (scores - OfRows(chunk, next)).exp();
        sum.mul_(factor).add_(Padded(chunk, weights, 0).sum(0L));
        var weighted = (ByDirection(outputs) * weights.unsqueeze(2)).view(outputs.shape);
        ByDirection(pooled).mul_(factor.unsqueeze(2));
        pooled.add_(Padded(chunk, weighted, 0).sum(0L));
    }

    protected override void Complete()
    {
        ByDirection(Vectors(0)).div_(_sum!.Tensor.unsqueeze(2));
        _kept!.Tensor.copy_(Vectors(0));
    }

    protected override void PrepareBackward() => _ofMean!.Tensor.copy_((ByDirection(Vectors(0)) * ByDirection(_kept!.Tensor)).sum(2));

    protected override void Return(in Chunk chunk, Tensor outputs, Tensor gradient)
    {
        var ofPooled = ByDirection(OfRows(chunk, Vectors(0)));
        var alpha = (Scores(outputs) - OfRows(chunk, _highest!.Tensor)).exp_().div_(OfRows(chunk, _sum!.Tensor));
        var ofScore = ((ByDirection(outputs) * ofPooled).sum(2) - OfRows(chunk, _ofMean!.Tensor)).mul_(alpha).mul_(_scale).unsqueeze(2);
        ByDirection(gradient).copy_(ofPooled * alpha.unsqueeze(2) + Vector * ofScore);
        attention.Gradient!.Tensor.view(_directions, -1).add_((ByDirection(outputs) * ofScore).sum(0L));
    }

    protected override void Release()
    {
        base.Release();
        foreach (var buffer in (ReadOnlySpan<TorchBuffer?>)[_highest, _sum, _kept, _ofMean])
            buffer?.Dispose();
        (_highest, _sum, _kept, _ofMean) = (null, null, null, null);
    }

    /// <summary>[rows, directions, length].</summary>
    private Tensor ByDirection(Tensor rows) => rows.view(-1, _directions, Stride / _directions);

    private Tensor Scores(Tensor outputs) => (ByDirection(outputs) * Vector).sum(2).mul_(_scale);
}
