namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// What the outcomes of a sequence should be, and what their scores cost: a row of a batch at a time. The loss of a batch is the weighted mean of its rows' losses,
/// sum of w l / sum of w.
/// </summary>
internal abstract class Loss
{
    /// <summary>w: what each of the training sequences weighs; null for 1 each.</summary>
    public float[]? Weights { get; init; }

    /// <summary>The part of a target's probability that is spread evenly over all outcomes, 0 to 0.5.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>w of a sequence.</summary>
    public float Weight(int sequence) => Weights == null ? 1 : Weights[sequence];

    /// <summary>From scores to probabilities, in place.</summary>
    public abstract void Activate(Span<float> scores);

    /// <summary>The cross-entropy of a row's probabilities, without its weight.</summary>
    /// <param name="probabilities">After <see cref="Activate"/>.</param>
    /// <param name="sequence">Which of the training sequences it is.</param>
    public abstract BatchResult Score(ReadOnlySpan<float> probabilities, int sequence);

    /// <summary>From probabilities to the gradient by the scores of what <see cref="Score"/> tells, in place.</summary>
    public abstract void Gradient(Span<float> probabilities, int sequence);

    /// <summary>Adds what the probabilities decide for, and what is right.</summary>
    public abstract void Count(ReadOnlySpan<float> probabilities, int sequence, ClassCounts counts);
}
