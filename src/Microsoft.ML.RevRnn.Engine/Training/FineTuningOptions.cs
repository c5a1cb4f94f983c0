namespace Microsoft.ML.RevRnn;

/// <summary>
/// How a classifier that starts from a language model is trained. By default as any other: its layers start from what the language model knows, and all learn from the first
/// batch on at the same rate. More careful ways (Howard and Ruder 2018, section 3.3) may pay where the language model has seen very much text and there are few labels;
/// from one of little text they cost accuracy (docs/accuracy.md).
/// </summary>
public sealed record FineTuningOptions
{
    /// <summary>
    /// Whether the language model's layers join in one by one: the first epoch trains the classifier's own weights alone, each further one a layer more,
    /// from the top down to the token vectors. False by default.
    /// </summary>
    public bool GradualUnfreezing { get; init; }

    /// <summary>The learning rate of a layer as a factor of that of the layer above it, 0.01 to 1. 1 by default; the paper takes 1 / 2.6.</summary>
    public float LayerRateFactor { get; init; } = 1;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate() => OptionCheck.Range(nameof(LayerRateFactor), LayerRateFactor, 0.01f, 1);
}
