namespace Microsoft.ML.RevRnn;

/// <summary>A translation of a text, and how it came about.</summary>
/// <param name="Source">The text that was translated.</param>
/// <param name="Text">The translation.</param>
/// <param name="LogProbability">log p of its tokens and its end, given the source, in nats.</param>
/// <param name="Score">
/// What translations of a source are ranked by: <see cref="LogProbability"/> / ((5 + n) / 6)^<see cref="DecodingOptions.LengthPenalty"/>, n being the tokens and both boundaries.
/// </param>
/// <param name="SourcePieces">[S]: the pieces of the source that the model read, one a token.</param>
/// <param name="Pieces">[T]: the pieces of the translation, one a token; copied ones as they are in the source.</param>
/// <param name="Alignment">[T]: for each piece of the translation the number of the source's piece that most attention was on, from 0.</param>
public sealed record TranslatedText(
    string Source, string Text, double LogProbability, double Score, IReadOnlyList<string> SourcePieces, IReadOnlyList<string> Pieces, IReadOnlyList<int> Alignment);
