namespace Microsoft.ML.RevRnn.Networks;

/// <summary>Where values are zeroed in training, each a probability. All masks are locked: the same at every step of a batch.</summary>
/// <param name="Input">Of the first layer's inputs.</param>
/// <param name="Layer">Of the outputs that a layer hands to the next one.</param>
/// <param name="Output">Of the top layer's outputs as the head reads them.</param>
/// <param name="Embedding">Of whole token vectors: a token is absent from all of the batch or from none.</param>
/// <param name="Weight">Of the weights from hidden state to gates (DropConnect; Merity et al. 2017 call it weight drop).</param>
internal readonly record struct DropoutRates(float Input, float Layer, float Output, float Embedding = 0, float Weight = 0)
{
    /// <summary>Whether the mask of <see cref="Input"/> is a token's, the same wherever it stands in a batch, and not a row's.</summary>
    public bool InputByToken { get; init; }

    public static DropoutRates None => default;

    /// <summary>The same rate for what passes between embedding, layers and head.</summary>
    public static DropoutRates OfLayers(float rate, bool inputByToken) => new(rate, rate, rate) { InputByToken = inputByToken };
}
