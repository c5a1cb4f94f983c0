using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn;

/// <summary>How well a language model predicts texts.</summary>
/// <param name="LogLikelihood">log p of all texts, their ends included, in nats.</param>
/// <param name="TokenCount">Predictions: the tokens, and an end a text.</param>
/// <param name="CharacterCount">UTF-16 units of the texts; 0 where they were not text.</param>
public sealed record LanguageModelMetrics(double LogLikelihood, long TokenCount, long CharacterCount)
{
    /// <summary>Mean cross-entropy of a token, in nats: -<see cref="LogLikelihood"/> / <see cref="TokenCount"/>.</summary>
    public double CrossEntropy => -LogLikelihood / TokenCount;

    /// <summary>exp(<see cref="CrossEntropy"/>).</summary>
    public double Perplexity => HostMath.Exp(CrossEntropy);

    /// <summary>
    /// -log2 p over the characters, whatever the tokens: models with different tokens compare by this, as long as no token is unknown. NaN without characters.
    /// </summary>
    public double BitsPerCharacter => CharacterCount == 0 ? double.NaN : -LogLikelihood / HostMath.Log(2) / CharacterCount;
}
