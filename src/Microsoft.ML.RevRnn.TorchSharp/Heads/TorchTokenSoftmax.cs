using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Softmax over the scores of tokens, as the engine's TokenSoftmax.</summary>
internal static class TorchTokenSoftmax
{
    /// <param name="scores">[rows, C]; in place of them there is the gradient then, where it is asked for.</param>
    /// <param name="targets">What the outcomes should be, [rows].</param>
    /// <param name="labelSmoothing">The part of a target's probability that is spread evenly over all outcomes.</param>
    /// <param name="scales">[rows]: the factors of the losses in the batch's; null where nothing is learned.</param>
    /// <returns>Of each token its loss, whether it is right, and its most probable outcome.</returns>
    public static (Tensor Losses, Tensor IsRight, Tensor Predicted) Apply(Tensor scores, Tensor targets, float labelSmoothing, Tensor? scales)
    {
        var target = targets.unsqueeze(1);
        var predicted = scores.argmax(1);
        var logSum = scores.logsumexp(1, keepdim: true);
        var expected = scores.gather(1, target);
        if (labelSmoothing > 0)
            expected = expected.mul(1 - labelSmoothing).add_(scores.mean([1], keepdim: true).mul_(labelSmoothing));
        var losses = (logSum - expected).squeeze(1);
        if (scales is not null)
        {
            var scale = scales.unsqueeze(1);
            scores.sub_(logSum).exp_().mul_(scale);
            if (labelSmoothing > 0)
                scores.sub_(scale * (labelSmoothing / scores.shape[1]));
            scores.scatter_add_(1, target, scale * (labelSmoothing - 1));
        }
        return (losses, predicted.eq(targets), predicted);
    }
}
