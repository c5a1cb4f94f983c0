using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Softmax over the target and a sample of the other tokens, as <see cref="SampledTokenHead"/>.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="parameters">All matrices.</param>
/// <param name="output">The weights.</param>
/// <param name="dropout">Rate of the outputs' dropout.</param>
/// <param name="sample">Draws a batch's tokens.</param>
internal sealed class TorchSampledHead(ITorchEncoder encoder, TorchParameters parameters, LinearParameters output, float dropout, TokenSample sample)
    : TorchTokenHead(encoder, parameters, output, NextTokenTargets.Instance, sample.Capacity, dropout)
{
    private TorchBuffer? _drawn;
    private TorchBuffer? _logInclusion;
    private TorchBuffer? _weights;
    private TorchBuffer? _bias;
    private TorchBuffer? _weightGradient;
    private TorchBuffer? _biasGradient;

    /// <summary>Draws, and copies the drawn tokens' weights side by side.</summary>
    public override void PackWeights(bool forTraining, ulong seed)
    {
        Forget();
        sample.Draw(CounterRandom.Key(seed, RandomUse.SoftmaxSample));
        using var scope = NewDisposeScope();
        _drawn = Device.Indices(Array.ConvertAll(sample.Drawn.ToArray(), token => (long)token));
        _logInclusion = Device.Rows(sample.LogInclusion, sample.Count);
        _weights = Device.Weights(sample.Count, Encoder.OutputStride);
        _weights.Tensor.copy_(Weight.Value.Tensor.index_select(0, _drawn.Tensor));
        _bias = Device.Weights(1, sample.Count);
        _bias.Tensor.copy_(Bias.Value.Tensor.index_select(1, _drawn.Tensor).sub_(_logInclusion.Tensor));
        _weightGradient = Device.Weights(sample.Count, Encoder.OutputStride);
        _biasGradient = Device.Weights(1, sample.Count);
    }

    /// <summary>Adds the drawn tokens' gradients to those of all. Each token is there once.</summary>
    public override void FinishBackward()
    {
        using (NewDisposeScope())
        {
            Weight.Gradient!.Tensor.index_add_(0, _drawn!.Tensor, _weightGradient!.Tensor, 1);
            Bias.Gradient!.Tensor.index_add_(1, _drawn.Tensor, _biasGradient!.Tensor, 1);
        }
        base.FinishBackward();
    }

    public override void Dispose()
    {
        base.Dispose();
        Forget();
    }

    protected override (Tensor Losses, Tensor IsRight, Tensor? Predicted) Score(Tensor outputs, PieceTargets targets, Tensor? scales, Tensor? gradient)
    {
        var ofTargets = Weight.Value.Tensor.index_select(0, targets.Indices);
        var expected = (outputs * ofTargets).sum(1, keepdim: true) + Bias.Value.Tensor.index_select(1, targets.Indices).t();
        var scores = addmm(_bias!.Tensor, outputs, _weights!.Tensor.t(), 1, 1);
        scores.masked_fill_(_drawn!.Tensor.eq(targets.Indices.unsqueeze(1)), float.NegativeInfinity);
        var isRight = expected.gt((scores + _logInclusion!.Tensor).amax([1], keepdim: true)).squeeze(1);
        var logSum = cat([scores, expected], 1).logsumexp(1, keepdim: true);
        var losses = (logSum - expected).squeeze(1);
        if (gradient is not null)
        {
            var scale = scales!.unsqueeze(1);
            var ofScores = scores.sub_(logSum).exp_().mul_(scale);
            var ofExpected = (expected - logSum).exp_().sub_(1).mul_(scale);
            gradient.copy_(ofScores.mm(_weights.Tensor).add_(ofTargets.mul_(ofExpected)));
            _weightGradient!.Tensor.addmm_(ofScores.t(), outputs, 1, 1);
            _biasGradient!.Tensor.add_(ofScores.sum(0L));
            AddToTargets(targets, outputs, ofExpected);
        }
        return (losses, isRight, null);
    }

    /// <summary>The targets' own part of the gradients, which may have several rows each.</summary>
    private void AddToTargets(PieceTargets targets, Tensor outputs, Tensor ofExpected)
    {
        using var places = targets.Places();
        using var products = Device.Rows(outputs.shape[0], Encoder.OutputStride);
        using var single = Device.Rows(outputs.shape[0], 1);
        products.Tensor.copy_(outputs.mul(ofExpected));
        single.Tensor.copy_(ofExpected);
        places.Add(Device.Kernels, products.Address, Weight.Gradient!.Address, Encoder.OutputStride);
        places.Add(Device.Kernels, single.Address, Bias.Gradient!.Address, 1);
    }

    private void Forget()
    {
        foreach (var buffer in (ReadOnlySpan<TorchBuffer?>)[_drawn, _logInclusion, _weights, _bias, _weightGradient, _biasGradient])
            buffer?.Dispose();
        (_drawn, _logInclusion, _weights, _bias, _weightGradient, _biasGradient) = (null, null, null, null, null, null);
    }
}
