namespace Microsoft.ML.RevRnn;

/// <summary>How a classifier that starts from a language model is trained (Howard and Ruder 2018, section 3.3): carefully with what is known already.</summary>
public sealed record FineTuningOptions
{
    /// <summary>
    /// Whether the language model's layers join in one by one: the first epoch trains the classifier's own weights alone, each further one a layer more,
    /// from the top down to the token vectors.
    /// </summary>
    public bool GradualUnfreezing { get; init; } = true;

    /// <summary>The learning rate of a layer as a factor of that of the layer above it, 0.01 to 1.</summary>
    public float LayerRateFactor { get; init; } = 1 / 2.6f;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate() => OptionCheck.Range(nameof(LayerRateFactor), LayerRateFactor, 0.01f, 1);
}
