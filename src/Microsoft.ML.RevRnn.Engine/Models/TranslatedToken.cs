namespace Microsoft.ML.RevRnn;

/// <summary>A token of a translation that is given as soon as it is known.</summary>
/// <param name="Token">The target token.</param>
/// <param name="Alignment">The position of the source token with the largest attention weight, from 0; of equal ones the first.</param>
public readonly record struct TranslatedToken(int Token, int Alignment);
