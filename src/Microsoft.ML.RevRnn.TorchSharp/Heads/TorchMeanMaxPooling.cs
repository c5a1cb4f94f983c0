using Microsoft.ML.RevRnn.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Mean and maximum over time, or one of the two; or both and the last output.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="usesMean">Whether the mean is the first part.</param>
/// <param name="usesMaximum">Whether the maximum is the next.</param>
/// <param name="usesLast">Whether the last output is the third.</param>
internal sealed class TorchMeanMaxPooling(ITorchEncoder encoder, bool usesMean, bool usesMaximum, bool usesLast = false)
    : TorchPooling(encoder, usesLast ? 3 : usesMean && usesMaximum ? 2 : 1)
{
    /// <summary>[B, 1]: 1 / T of each row.</summary>
    private TorchBuffer? _shares;

    /// <summary>[B, Stride]: the first step of the maximum.</summary>
    private TorchBuffer? _steps;

    private Tensor Mean => Vectors(0);

    private Tensor Maximum => Vectors(usesMean && usesMaximum ? 1 : 0);

    protected override void Begin()
    {
        var shares = new float[RowCount];
        for (var row = 0; row < shares.Length; row++)
            shares[row] = 1f / Batch.Packed.Length(row);
        _shares = Device.Rows(shares, 1);
        if (!usesMaximum)
            return;
        _steps = Device.Rows(RowCount, Stride);
        Maximum.fill_(float.NegativeInfinity);
    }

    protected override void Take(in Chunk chunk, Tensor outputs)
    {
        var rows = chunk.ActiveRows(0);
        if (usesMean)
            Mean.narrow(0, 0, rows).add_(Padded(chunk, outputs, 0).sum(0L));
        if (usesLast)
            TakeLast(chunk, outputs, Vectors(2));
        if (!usesMaximum)
            return;
        var (values, steps) = Padded(chunk, outputs, float.NegativeInfinity).max(0);
        var (maximum, stepOf) = (Maximum.narrow(0, 0, rows), _steps!.Tensor.narrow(0, 0, rows));
        var isHigher = values.gt(maximum);
        stepOf.copy_(where(isHigher, (steps + chunk.First).to_type(ScalarType.Float32), stepOf));
        maximum.copy_(maximum.maximum(values));
    }

    protected override void Complete()
    {
        if (usesMean)
            Mean.mul_(_shares!.Tensor);
    }

    protected override void Return(in Chunk chunk, Tensor outputs, Tensor gradient)
    {
        if (usesMean)
            gradient.copy_(OfRows(chunk, Mean).mul_(OfRows(chunk, _shares!.Tensor)));
        else
            gradient.zero_();
        if (usesLast)
            ReturnLast(chunk, Vectors(2), gradient);
        if (!usesMaximum)
            return;
        var isMaximum = OfRows(chunk, _steps!.Tensor).eq(Batch.StepsOf(chunk).unsqueeze(1));
        gradient.add_(OfRows(chunk, Maximum).mul_(isMaximum));
    }

    protected override void Release()
    {
        base.Release();
        _shares?.Dispose();
        _steps?.Dispose();
        (_shares, _steps) = (null, null);
    }
}
