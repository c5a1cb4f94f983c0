namespace Microsoft.ML.RevRnn;

/// <summary>What a run had reached at a rung.</summary>
/// <param name="Epochs">Epochs of the rung.</param>
/// <param name="Loss">
/// The loss on the validation rows: the cross-entropy of a classifier, with its n-grams if it has any; of a language model the bits of a character. Settings are ranked by it and, where
/// there are n-grams, by a twentieth of the network's own, see <see cref="RunDetail.Epochs"/>. NaN of a rival, and of a network without n-grams whose first epoch was cut off.
/// </param>
/// <param name="Metric">The metric that is optimised.</param>
public sealed record RungResult(int Epochs, double Loss, double Metric);
