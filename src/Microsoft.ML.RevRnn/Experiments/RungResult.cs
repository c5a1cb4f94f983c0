namespace Microsoft.ML.RevRnn;

/// <summary>What a run had reached at a rung.</summary>
/// <param name="Epochs">Epochs of the rung.</param>
/// <param name="Loss">
/// The lowest loss on the validation rows by then, by which settings are ranked: the cross-entropy of a classifier's network, without the n-grams beside it, which would hide what it has learned; of a language
/// model the bits of a character. NaN of a rival.
/// </param>
/// <param name="Metric">The metric that is optimised.</param>
public sealed record RungResult(int Epochs, double Loss, double Metric);
