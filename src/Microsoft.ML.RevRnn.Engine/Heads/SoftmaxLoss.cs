using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// One of C classes: softmax p and its cross-entropy, - sum of q_c log p_c with q_c = (1 - e) [c = label] + e / C, where e is the label smoothing
/// (Szegedy et al. 2016, section 7).
/// </summary>
/// <param name="labels">The class of each sequence.</param>
internal sealed class SoftmaxLoss(IReadOnlyList<int> labels) : Loss
{
    public override void Activate(Span<float> scores) => Normalize(scores);

    /// <summary>From scores to probabilities, in place.</summary>
    public static void Normalize(Span<float> scores)
    {
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        RowMath.Exp(scores);
        TensorPrimitives.Divide(scores, RowMath.Sum(scores), scores);
    }

    public override BatchResult Score(ReadOnlySpan<float> probabilities, int sequence)
    {
        var label = labels[sequence];
        var loss = -Log(probabilities[label]);
        if (LabelSmoothing > 0)
        {
            var sum = 0.0;
            foreach (var p in probabilities)
                sum -= Log(p);
            loss = (1 - LabelSmoothing) * loss + LabelSmoothing / probabilities.Length * sum;
        }
        return new BatchResult(loss, 1, TensorPrimitives.IndexOfMax(probabilities) == label ? 1 : 0);
    }

    public override void Gradient(Span<float> probabilities, int sequence)
    {
        if (LabelSmoothing > 0)
            TensorPrimitives.Subtract(probabilities, LabelSmoothing / probabilities.Length, probabilities);
        probabilities[labels[sequence]] -= 1 - LabelSmoothing;
    }

    public override void Count(ReadOnlySpan<float> probabilities, int sequence, ClassCounts counts)
        => counts.Add(labels[sequence], TensorPrimitives.IndexOfMax(probabilities));

    private static double Log(float probability) => HostMath.Log(Math.Max(probability, float.Epsilon));
}
