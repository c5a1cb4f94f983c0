using Microsoft.ML.RevRnn.Heads;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Softmax over all outcomes, as <see cref="SoftmaxTokenHead"/>.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="parameters">All matrices.</param>
/// <param name="output">The weights.</param>
/// <param name="targets">Knows what the outcomes should be.</param>
/// <param name="dropout">Rate of the outputs' dropout.</param>
internal sealed class TorchSoftmaxHead(ITorchEncoder encoder, TorchParameters parameters, LinearParameters output, ITokenTargets targets, float dropout)
    : TorchTokenHead(encoder, parameters, output, targets, output.Outcomes, dropout)
{
    /// <summary>The part of a target's probability that is spread evenly over all outcomes.</summary>
    public float LabelSmoothing { get; init; }

    protected override (Tensor Losses, Tensor IsRight, Tensor? Predicted) Score(Tensor outputs, PieceTargets targets, Tensor? scales, Tensor? gradient)
    {
        var weight = Weight.Value.Tensor;
        var scores = addmm(Bias.Value.Tensor.narrow(1, 0, Outcomes), outputs, weight.t(), 1, 1);
        var target = targets.Indices.unsqueeze(1);
        var predicted = scores.argmax(1);
        var logSum = scores.logsumexp(1, keepdim: true);
        var expected = scores.gather(1, target);
        if (LabelSmoothing > 0)
            expected = expected.mul(1 - LabelSmoothing).add_(scores.mean([1], keepdim: true).mul_(LabelSmoothing));
        var losses = (logSum - expected).squeeze(1);
        if (gradient is not null)
        {
            var scale = scales!.unsqueeze(1);
            var ofScores = scores.sub_(logSum).exp_().mul_(scale);
            if (LabelSmoothing > 0)
                ofScores.sub_(scale * (LabelSmoothing / Outcomes));
            ofScores.scatter_add_(1, target, scale * (LabelSmoothing - 1));
            gradient.copy_(ofScores.mm(weight));
            Weight.Gradient!.Tensor.addmm_(ofScores.t(), outputs, 1, 1);
            Bias.Gradient!.Tensor.narrow(1, 0, Outcomes).add_(ofScores.sum(0L));
        }
        return (losses, predicted.eq(targets.Indices), predicted);
    }
}
