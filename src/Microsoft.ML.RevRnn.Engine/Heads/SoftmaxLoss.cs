using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>One of C classes: softmax and its cross-entropy.</summary>
/// <param name="labels">The class of each sequence.</param>
internal sealed class SoftmaxLoss(IReadOnlyList<int> labels) : Loss
{
    public override void Activate(Span<float> scores) => Normalize(scores);

    /// <summary>From scores to probabilities, in place.</summary>
    public static void Normalize(Span<float> scores)
    {
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        TensorPrimitives.Exp(scores, scores);
        TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
    }

    public override BatchResult Score(ReadOnlySpan<float> probabilities, int sequence)
    {
        var label = labels[sequence];
        var loss = -HostMath.Log(Math.Max(probabilities[label], float.Epsilon));
        return new BatchResult(loss, 1, TensorPrimitives.IndexOfMax(probabilities) == label ? 1 : 0);
    }

    public override void Gradient(Span<float> probabilities, int sequence) => probabilities[labels[sequence]] -= 1;
}
