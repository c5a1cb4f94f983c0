using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// Any of C labels, each by itself: sigmoid and the sum of binary cross-entropies. A row counts as right where all its labels are told right at 1/2.
/// </summary>
/// <param name="labels">The labels that each sequence has, from 0.</param>
internal sealed class SigmoidLoss(IReadOnlyList<int[]> labels) : Loss
{
    /// <summary>Half the distance from 1 to the float below: what a probability that was rounded to 0 or 1 is at most off.</summary>
    private const double LeastProbability = 3e-8;

    public override void Activate(Span<float> scores) => TensorPrimitives.Sigmoid(scores, scores);

    public override BatchResult Score(ReadOnlySpan<float> probabilities, int sequence)
    {
        var loss = 0.0;
        var isRight = true;
        var present = labels[sequence];
        for (var label = 0; label < probabilities.Length; label++)
        {
            double p = probabilities[label];
            var has = Array.IndexOf(present, label) >= 0;
            loss -= HostMath.Log(Math.Max(has ? p : 1 - p, LeastProbability));
            isRight &= has == p > 0.5;
        }
        return new BatchResult(loss, 1, isRight ? 1 : 0);
    }

    public override void Gradient(Span<float> probabilities, int sequence)
    {
        foreach (var label in labels[sequence])
            probabilities[label] -= 1;
    }
}
