namespace Microsoft.ML.RevRnn;

/// <summary>Bytes that each <see cref="ActivationStrategy"/> takes at the most on the two sides of a translation; the two are held at the same time.</summary>
/// <param name="Encoder">Of the encoder, what attention reads of it included.</param>
/// <param name="Decoder">Of the decoder, attention included; without the softmax's chunk of scores, which no strategy changes.</param>
public readonly record struct TranslationActivationEstimate(ActivationEstimate Encoder, ActivationEstimate Decoder);
