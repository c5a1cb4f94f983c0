namespace Microsoft.ML.RevRnn;

/// <summary>How well a tagger does.</summary>
public sealed record TaggingMetrics
{
    /// <summary>The classes of the tokens; what it calls rows are tokens here, so its accuracy is that of tokens.</summary>
    public required PerClassMetrics Tokens { get; init; }

    /// <summary>Rows that have a token with a label.</summary>
    public required long SequenceCount { get; init; }

    /// <summary>Part of them whose labelled tokens were all predicted right, 0 to 1; 0 where there are none.</summary>
    public required double SequenceAccuracy { get; init; }
}
