namespace Microsoft.ML.RevRnn.Testing;

/// <summary>A changed text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Kind">What was done to it.</param>
/// <param name="Words">The words that it was done to, or with.</param>
/// <param name="SeedText">Which of the texts to test with it was made of, from 0; -1 where it was made of a changed one.</param>
internal sealed record Mutant(WordedText Text, MutationKind Kind, IReadOnlyList<string> Words, int SeedText);
