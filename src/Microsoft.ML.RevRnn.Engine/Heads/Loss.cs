namespace Microsoft.ML.RevRnn.Heads;

/// <summary>What the outcomes of a sequence should be, and what their scores cost: a row of a batch at a time.</summary>
internal abstract class Loss
{
    /// <summary>From scores to probabilities, in place.</summary>
    public abstract void Activate(Span<float> scores);

    /// <summary>The cross-entropy of a row's probabilities.</summary>
    /// <param name="probabilities">After <see cref="Activate"/>.</param>
    /// <param name="sequence">Which of the training sequences it is.</param>
    public abstract BatchResult Score(ReadOnlySpan<float> probabilities, int sequence);

    /// <summary>From probabilities to the gradient of the row's loss by the scores, in place.</summary>
    public abstract void Gradient(Span<float> probabilities, int sequence);
}
