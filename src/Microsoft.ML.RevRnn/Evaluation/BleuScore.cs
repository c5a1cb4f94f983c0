namespace Microsoft.ML.RevRnn;

/// <summary>BLEU of a corpus, and what it is made of.</summary>
public sealed record BleuScore
{
    /// <summary>BLEU, 0 to 100: brevity penalty exp(mean over n of ln(precision of n)).</summary>
    public required double Score { get; init; }

    /// <summary>[4]: in per cent, the part of the hypotheses' n-grams that match, n = 1 to 4, smoothed; 0 of orders of which there are none.</summary>
    public required IReadOnlyList<double> Precisions { get; init; }

    /// <summary>[4]: the n-grams that match, each at most as often as in that of the references that has it most often.</summary>
    public required IReadOnlyList<long> Matches { get; init; }

    /// <summary>[4]: the n-grams of the hypotheses.</summary>
    public required IReadOnlyList<long> Totals { get; init; }

    /// <summary>1 where the hypotheses are as long as the references or longer, else exp(1 - r / h); 0 where they have no tokens.</summary>
    public required double BrevityPenalty { get; init; }

    /// <summary>h: tokens of the hypotheses.</summary>
    public required long HypothesisLength { get; init; }

    /// <summary>r: tokens of the references, of several to a hypothesis those of the one nearest to it in length, of two the shorter.</summary>
    public required long ReferenceLength { get; init; }

    /// <summary>How it was computed, in sacreBLEU's form, to be told with the score: scores of other signatures cannot be compared.</summary>
    public required string Signature { get; init; }
}
