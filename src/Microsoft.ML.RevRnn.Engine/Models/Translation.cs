namespace Microsoft.ML.RevRnn;

/// <summary>A translation of one sequence of tokens.</summary>
/// <param name="Tokens">The target tokens, without boundaries.</param>
/// <param name="LogProbability">log p of the tokens, and of the end if <paramref name="IsComplete"/>, given the source, in nats.</param>
/// <param name="Score">
/// <paramref name="LogProbability"/> / ((5 + n) / 6)^<see cref="DecodingOptions.LengthPenalty"/>, n being the tokens and both boundaries: what translations are chosen by.
/// </param>
/// <param name="Alignment">Of each token the position of the source token with the largest attention weight, from 0; of equal ones the first.</param>
/// <param name="IsComplete">Whether the model ended it; false where it was cut at <see cref="DecodingOptions.MaximumLength"/>.</param>
public sealed record Translation(IReadOnlyList<int> Tokens, double LogProbability, double Score, IReadOnlyList<int> Alignment, bool IsComplete);
