namespace Microsoft.ML.RevRnn;

/// <summary>What a run had reached at a rung.</summary>
/// <param name="Epochs">Epochs of the rung.</param>
/// <param name="Loss">Its loss on the validation rows then, by which runs are ranked: log loss, or of a language model the bits of a character.</param>
/// <param name="Metric">The metric that is optimised.</param>
public sealed record RungResult(int Epochs, double Loss, double Metric);
