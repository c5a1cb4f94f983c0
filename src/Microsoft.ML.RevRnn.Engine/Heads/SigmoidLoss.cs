using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// Any of C labels, each by itself: sigmoid p and the sum of binary cross-entropies, sum of - v_c (q_c log p_c + (1 - q_c) log (1 - p_c)), where q_c is 1 - e / 2 for a
/// label that holds and e / 2 for one that does not, e is the label smoothing, and v_c the weight of a label that holds, 1 for one that does not. A row counts as right
/// where all its labels are told right at 1/2.
/// </summary>
/// <param name="labels">The labels that each sequence has, from 0.</param>
internal sealed class SigmoidLoss(IReadOnlyList<int[]> labels) : Loss
{
    /// <summary>Half the distance from 1 to the float below: what a probability that was rounded to 0 or 1 is at most off.</summary>
    private const double LeastProbability = 3e-8;

    /// <summary>v: of each label, what its cross-entropy weighs where it holds; null for 1.</summary>
    public float[]? LabelWeights { get; init; }

    public override void Activate(Span<float> scores) => RowMath.Sigmoid(scores);

    public override BatchResult Score(ReadOnlySpan<float> probabilities, int sequence)
    {
        var loss = 0.0;
        var isRight = true;
        var present = labels[sequence];
        for (var label = 0; label < probabilities.Length; label++)
        {
            double p = probabilities[label];
            var has = Array.IndexOf(present, label) >= 0;
            loss += LabelWeight(label, has) * CrossEntropy(has ? p : 1 - p);
            isRight &= has == p > 0.5;
        }
        return new BatchResult(loss, 1, isRight ? 1 : 0);
    }

    public override void Gradient(Span<float> probabilities, int sequence)
    {
        var off = LabelSmoothing / 2;
        if (off > 0)
            TensorPrimitives.Subtract(probabilities, off, probabilities);
        foreach (var label in labels[sequence])
            probabilities[label] = LabelWeight(label, holds: true) * (probabilities[label] - (1 - 2 * off));
    }

    public override void Count(ReadOnlySpan<float> probabilities, int sequence, ClassCounts counts)
    {
        var present = labels[sequence];
        if (probabilities.Length == 1)
        {
            counts.Add(present.Length, probabilities[0] > 0.5f ? 1 : 0);
            return;
        }
        for (var label = 0; label < probabilities.Length; label++)
            counts.AddLabel(label, Array.IndexOf(present, label) >= 0, probabilities[label] > 0.5f);
    }

    private float LabelWeight(int label, bool holds) => holds && LabelWeights != null ? LabelWeights[label] : 1;

    /// <summary>Of a label whose truth, before smoothing, has probability p.</summary>
    private double CrossEntropy(double p)
    {
        var loss = -HostMath.Log(Math.Max(p, LeastProbability));
        var off = LabelSmoothing / 2.0;
        return off > 0 ? (1 - off) * loss - off * HostMath.Log(Math.Max(1 - p, LeastProbability)) : loss;
    }
}
