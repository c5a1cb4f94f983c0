namespace Microsoft.ML.RevRnn;

/// <summary>Settings of an experiment on language models.</summary>
public sealed class RevRnnLanguageModelExperimentSettings : RevRnnExperimentSettings
{
    /// <summary>Tokens of one kind only are searched, as perplexities of others cannot be compared.</summary>
    public RevRnnLanguageModelExperimentSettings() => SearchSpace = RevRnnSearchSpace.Default with { TokenKind = null };

    /// <summary>What is not searched: columns, n-grams, weights and all else. The cell is that of its network.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public RevLanguageModelOptions Options { get; set => field = value ?? throw new ArgumentNullException(nameof(Options)); } = new();

    /// <summary>By what the best run is chosen. Which runs go on at a rung is decided by the loss, whatever this is.</summary>
    public LanguageModelMetric OptimizingMetric { get; set; } = LanguageModelMetric.BitsPerCharacter;

    internal override RevRnnOptions Template => Options;
}
