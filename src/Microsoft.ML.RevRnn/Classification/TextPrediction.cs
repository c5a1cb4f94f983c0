namespace Microsoft.ML.RevRnn;

/// <summary>What a classifier says of a text.</summary>
/// <param name="Label">The most probable class, by its name.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Score">[C]: the probability of each class, in the order of <see cref="RevRnnClassificationTransformer.ClassNames"/>.</param>
public sealed record TextPrediction(string Label, float Probability, IReadOnlyList<float> Score);
