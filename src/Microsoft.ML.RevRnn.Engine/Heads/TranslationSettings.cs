using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>How both sides of a translation work.</summary>
/// <param name="Encoder">The encoder's stacks.</param>
/// <param name="Decoder">The decoder's.</param>
/// <param name="SliceDropout">Rate of dropout of what attention reads of the encoder's states.</param>
internal sealed record TranslationSettings(StackSettings Encoder, StackSettings Decoder, float SliceDropout)
{
    /// <summary>Forward only, in fixed point that keeps no lost bits.</summary>
    public static TranslationSettings Prediction { get; } = new(StackSettings.Prediction, StackSettings.Prediction with { SharesInputs = false }, 0);
}
