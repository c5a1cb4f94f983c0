namespace Microsoft.ML.RevRnn;

/// <summary>The cache that suits held-back texts best, and what it does for them.</summary>
/// <param name="Cache">The options with the highest likelihood of those tried; of equal ones the first.</param>
/// <param name="Score">log p of the texts, their ends included, with this cache.</param>
/// <param name="PlainScore">The same without a cache.</param>
public sealed record CacheChoice(CacheOptions Cache, SequenceScore Score, SequenceScore PlainScore);
