using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>Softmax over the scores of one token, its cross-entropy, and the gradient by the scores.</summary>
/// <param name="LabelSmoothing">The part of a target's probability that is spread evenly over all outcomes, as in <see cref="SoftmaxLoss"/>.</param>
/// <param name="FindsLargest">Whether the most probable outcome is asked for.</param>
internal readonly record struct TokenSoftmax(float LabelSmoothing, bool FindsLargest)
{
    /// <summary>Puts the exponentials of the scores, below the largest, in their place.</summary>
    /// <param name="scores">[C].</param>
    /// <param name="target">What the outcome should be.</param>
    /// <param name="weight">What it weighs.</param>
    /// <param name="sum">The sum of the exponentials.</param>
    /// <param name="largest">The most probable outcome if it is asked for or is the target; else -1.</param>
    public BatchResult Loss(Span<float> scores, int target, float weight, out float sum, out int largest)
    {
        var maximum = TensorPrimitives.Max<float>(scores);
        var targetScore = scores[target];
        // Which one is largest takes as long to find as the exponentials, so only where it matters: it may be the target, or is counted.
        largest = targetScore == maximum || FindsLargest ? TensorPrimitives.IndexOfMax<float>(scores) : -1;
        TensorPrimitives.Subtract(scores, maximum, scores);
        var expected = LabelSmoothing > 0 ? Smoothed(targetScore - maximum, scores) : targetScore - maximum;
        RowMath.Exp(scores);
        sum = RowMath.Sum(scores);
        return new BatchResult(HostMath.Log(sum) - expected, 1, largest == target ? 1 : 0).Weighted(weight);
    }

    /// <summary>From the exponentials to the gradient by the scores.</summary>
    /// <param name="exponentials">[C].</param>
    /// <param name="target">What the outcome should be.</param>
    /// <param name="scale">Factor of the loss in the batch's.</param>
    /// <param name="sum">The sum of the exponentials.</param>
    public void Gradient(Span<float> exponentials, int target, float scale, float sum)
    {
        TensorPrimitives.Multiply(exponentials, scale / sum, exponentials);
        if (LabelSmoothing > 0)
            TensorPrimitives.Subtract(exponentials, scale * LabelSmoothing / exponentials.Length, exponentials);
        exponentials[target] -= scale * (1 - LabelSmoothing);
    }

    /// <summary>The mean of the scores by the target's smoothed distribution.</summary>
    private float Smoothed(float target, ReadOnlySpan<float> scores)
        => (1 - LabelSmoothing) * target + LabelSmoothing * RowMath.Sum(scores) / scores.Length;
}
