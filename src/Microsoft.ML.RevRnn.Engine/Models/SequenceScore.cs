using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn;

/// <summary>What a language model makes of a sequence.</summary>
/// <param name="LogLikelihood">log p of the sequence: the sum over its tokens and its end of log p given all before, in nats.</param>
/// <param name="TokenCount">The number of predictions: the tokens, and the end.</param>
public readonly record struct SequenceScore(double LogLikelihood, long TokenCount)
{
    /// <summary>exp(-<see cref="LogLikelihood"/> / <see cref="TokenCount"/>): as if each token had been one of so many equally likely ones.</summary>
    public double Perplexity => HostMath.Exp(-LogLikelihood / TokenCount);

    /// <summary>The score of two sequences together.</summary>
    public static SequenceScore operator +(SequenceScore left, SequenceScore right) =>
        new(left.LogLikelihood + right.LogLikelihood, left.TokenCount + right.TokenCount);
}
