namespace Microsoft.ML.RevRnn.Heads;

/// <summary>What a head found over a batch.</summary>
/// <param name="LossSum">Sum of cross-entropies, in nats.</param>
/// <param name="Predictions">Number of predictions: rows of a classifier, tokens of a language model.</param>
/// <param name="Correct">How many of them had the target as their most probable outcome.</param>
internal readonly record struct BatchResult(double LossSum, long Predictions, long Correct)
{
    /// <summary>What a batch that was given up has found: nothing.</summary>
    public static BatchResult GivenUp { get; } = new() { IsGivenUp = true };

    /// <summary>Whether the batch was not run to its end.</summary>
    public bool IsGivenUp { get; private init; }

    public static BatchResult operator +(BatchResult left, BatchResult right) =>
        new(left.LossSum + right.LossSum, left.Predictions + right.Predictions, left.Correct + right.Correct);
}
