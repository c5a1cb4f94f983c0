namespace Microsoft.ML.RevRnn;

/// <summary>What an experiment on language models looks for.</summary>
public enum LanguageModelMetric
{
    /// <summary>-log2 p over the characters, by which models of different tokens compare; of key vectors it is the perplexity.</summary>
    BitsPerCharacter = 0,

    /// <summary>exp of the mean cross-entropy of a token.</summary>
    Perplexity = 1,
}
