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
        var (losses, isRight, predicted) = TorchTokenSoftmax.Apply(scores, targets.Indices, LabelSmoothing, gradient is null ? null : scales);
        if (gradient is not null)
        {
            gradient.copy_(scores.mm(weight));
            Weight.Gradient!.Tensor.addmm_(scores.t(), outputs, 1, 1);
            Bias.Gradient!.Tensor.narrow(1, 0, Outcomes).add_(scores.sum(0L));
        }
        return (losses, isRight, predicted);
    }
}
