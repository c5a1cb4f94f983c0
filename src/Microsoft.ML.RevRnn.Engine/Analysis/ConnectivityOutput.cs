namespace Microsoft.ML.RevRnn;

/// <summary>A score of which the gradients are wanted.</summary>
/// <param name="Position">Which output: of a language model that after so many tokens of the text, 0 to n; of a tagger that of this token, 0 to n - 1.</param>
/// <param name="Outcome">Whose score: of a language model a token's, the one that follows or any other; of a tagger a class's.</param>
public readonly record struct ConnectivityOutput(int Position, int Outcome);
