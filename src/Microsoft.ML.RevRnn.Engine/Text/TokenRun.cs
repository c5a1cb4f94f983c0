namespace Microsoft.ML.RevRnn.Text;

/// <summary>Tokens of a text that follow each other.</summary>
/// <param name="First">The first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct TokenRun(int First, int Count);
