namespace Microsoft.ML.RevRnn;

/// <summary>A text that the model takes for another class after a small change.</summary>
/// <param name="Kind">The change.</param>
/// <param name="Text">The text.</param>
/// <param name="Mutant">The changed text.</param>
/// <param name="Before">The class of the text.</param>
/// <param name="After">That of the changed text.</param>
/// <param name="Words">The words that were changed.</param>
public sealed record ClassFlip(MutationKind Kind, string Text, string Mutant, string Before, string After, IReadOnlyList<string> Words);
