namespace Microsoft.ML.RevRnn.Models;

/// <summary>What is kept of a text as a language model reads it, and what that makes of the model's probabilities.</summary>
internal interface ITokenMemory
{
    /// <summary>Forgets all, at a text's beginning.</summary>
    void Clear();

    /// <summary>Reads a token.</summary>
    /// <param name="output">The output that the token follows, padded with zeros.</param>
    /// <param name="logProbabilities">[V]: log p of the model.</param>
    /// <param name="token">The token.</param>
    /// <returns>log p of the token.</returns>
    double Read(ReadOnlySpan<float> output, ReadOnlySpan<float> logProbabilities, int token);

    /// <summary>From log p of the model to log p: of each token what <see cref="Read"/> would give, to single precision.</summary>
    void Mix(ReadOnlySpan<float> output, Span<float> logProbabilities);
}
