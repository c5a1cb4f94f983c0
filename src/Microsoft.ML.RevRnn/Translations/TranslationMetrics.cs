namespace Microsoft.ML.RevRnn;

/// <summary>How well a model translates data.</summary>
public sealed record TranslationMetrics
{
    /// <summary>BLEU of the translations against the targets, with its <see cref="BleuScore.Signature"/>; of keys over the keys.</summary>
    public required BleuScore Bleu { get; init; }

    /// <summary>Part of the rows whose translation is the target, 0 to 1: of text but for white space at both ends, of keys to the last.</summary>
    public required double ExactMatch { get; init; }

    /// <summary>log p of all targets, their ends included, given their sources, in nats.</summary>
    public required double LogLikelihood { get; init; }

    /// <summary>The predictions that it is of: the targets' tokens, and an end a row.</summary>
    public required long TokenCount { get; init; }

    /// <summary>Part of these predictions whose most likely token is the target's, all before being as in the target, 0 to 1.</summary>
    public required double TokenAccuracy { get; init; }

    /// <summary>The rows.</summary>
    public required long RowCount { get; init; }

    /// <summary>Mean cross-entropy of a prediction, in nats.</summary>
    public double CrossEntropy => -LogLikelihood / TokenCount;

    /// <summary>exp(<see cref="CrossEntropy"/>): of models with the same tokens the lower is the better.</summary>
    public double Perplexity => Math.Exp(CrossEntropy);
}
