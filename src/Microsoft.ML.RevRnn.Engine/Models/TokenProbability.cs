namespace Microsoft.ML.RevRnn;

/// <summary>A token that may come next.</summary>
/// <param name="Token">Its number.</param>
/// <param name="Text">Its text, or a name in angle brackets.</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
public readonly record struct TokenProbability(int Token, string Text, float Probability);
