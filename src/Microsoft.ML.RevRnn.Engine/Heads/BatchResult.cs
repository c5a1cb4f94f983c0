namespace Microsoft.ML.RevRnn.Heads;

/// <summary>What a head found over a batch.</summary>
/// <param name="LossSum">Sum of the predictions' losses, each times its weight, in nats.</param>
/// <param name="Predictions">Number of predictions: rows of a classifier, tokens of a language model.</param>
/// <param name="Correct">How many of them had the target as their most probable outcome.</param>
/// <param name="Weight">Sum of the predictions' weights.</param>
internal readonly record struct BatchResult(double LossSum, long Predictions, long Correct, double Weight)
{
    /// <summary>Of predictions that weigh 1 each.</summary>
    public BatchResult(double lossSum, long predictions, long correct)
        : this(lossSum, predictions, correct, predictions)
    {
    }

    /// <summary>What a batch that was given up has found: nothing.</summary>
    public static BatchResult GivenUp { get; } = new() { IsGivenUp = true };

    /// <summary>Whether the batch was not run to its end.</summary>
    public bool IsGivenUp { get; private init; }

    /// <summary>Whether there are gradients to take a step by: the batch was run to its end, and its loss is a number.</summary>
    public bool IsUsable => !IsGivenUp && double.IsFinite(LossSum);

    public static BatchResult operator +(BatchResult left, BatchResult right) =>
        new(left.LossSum + right.LossSum, left.Predictions + right.Predictions, left.Correct + right.Correct, left.Weight + right.Weight);

    /// <summary>The same of predictions that weigh as many times as much.</summary>
    public BatchResult Weighted(float weight) => this with { LossSum = weight * LossSum, Weight = weight * Weight };
}
