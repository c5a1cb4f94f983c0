namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>What a language model adds to a row.</summary>
internal sealed class LanguageModelScore
{
    public float LogLikelihood { get; set; }

    public float Perplexity { get; set; }

    public int TokenCount { get; set; }
}
