namespace Microsoft.ML.RevRnn;

/// <summary>Bytes that the activations of a translation's two sides took at the most in training, and what they would have been had every step's been stored.</summary>
/// <param name="EncoderPeakBytes">Of the encoder, what attention reads of it included.</param>
/// <param name="EncoderStoredBytes">The same for the largest batch, stored.</param>
/// <param name="DecoderPeakBytes">Of the decoder, attention and the softmax's chunk of scores included.</param>
/// <param name="DecoderStoredBytes">The same for the largest batch, stored.</param>
public readonly record struct TranslationMemory(long EncoderPeakBytes, long EncoderStoredBytes, long DecoderPeakBytes, long DecoderStoredBytes)
{
    /// <summary>The greater of each of two.</summary>
    internal TranslationMemory Most(TranslationMemory other) => new(
        Math.Max(EncoderPeakBytes, other.EncoderPeakBytes), Math.Max(EncoderStoredBytes, other.EncoderStoredBytes),
        Math.Max(DecoderPeakBytes, other.DecoderPeakBytes), Math.Max(DecoderStoredBytes, other.DecoderStoredBytes));
}
