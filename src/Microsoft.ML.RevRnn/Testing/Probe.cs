namespace Microsoft.ML.RevRnn.Testing;

/// <summary>A text, and what the model made of it.</summary>
/// <param name="Text">The text.</param>
/// <param name="SeedText">Which of the texts to test with it is, from 0; -1 for a changed one.</param>
/// <param name="Label">What the model decided for.</param>
/// <param name="Trace">What its states did.</param>
internal sealed record Probe(WordedText Text, int SeedText, string Label, StateTrace Trace);
