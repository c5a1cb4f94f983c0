namespace Microsoft.ML.RevRnn;

/// <summary>A translation of a text, and how it came about.</summary>
public sealed record TranslatedText
{
    /// <summary>The text that was translated.</summary>
    public required string Source { get; init; }

    /// <summary>The translation.</summary>
    public required string Text { get; init; }

    /// <summary>log p of its tokens and its end, given the source, in nats; without the end where it was cut at <see cref="DecodingOptions.MaximumLength"/>.</summary>
    public required double LogProbability { get; init; }

    /// <summary>
    /// What translations of a source are ranked by: <see cref="LogProbability"/> / ((5 + n) / 6)^<see cref="DecodingOptions.LengthPenalty"/>, n being the tokens and both boundaries.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>[S]: the pieces of the source that the model read, one a token.</summary>
    public required IReadOnlyList<string> SourcePieces { get; init; }

    /// <summary>[T]: the pieces of the translation, one a token; copied ones as they are in the source.</summary>
    public required IReadOnlyList<string> Pieces { get; init; }

    /// <summary>[T]: for each piece of the translation the number of the source's piece that most attention was on, from 0.</summary>
    public required IReadOnlyList<int> Alignment { get; init; }
}
