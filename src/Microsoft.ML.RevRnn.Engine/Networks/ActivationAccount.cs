namespace Microsoft.ML.RevRnn.Networks;

/// <summary>What the backward pass of a batch took.</summary>
/// <param name="ReversedBits">Bits that the lost-bit stores held before each reversal; 0 where activations are stored.</param>
/// <param name="OptimalBits">sum -log2 z over the forget gates that were reversed, z as it multiplied the state: the least that <paramref name="ReversedBits"/> could be.</param>
/// <param name="StoredBytes">What the account of memory would show had every chunk's activations been stored.</param>
internal readonly record struct ActivationAccount(long ReversedBits, double OptimalBits, long StoredBytes)
{
    /// <summary>How the batch's activations came back; of a sum that of the left side, which two directions have in common.</summary>
    public ActivationStrategy Strategy { get; init; }

    /// <summary>Where it is measured, the sum of log10 |g_t| / |g_T| over rows, steps and layers, and how many there are.</summary>
    public (double Sum, long Count) GradientReach { get; init; }

    public static ActivationAccount operator +(ActivationAccount left, ActivationAccount right) =>
        new(left.ReversedBits + right.ReversedBits, left.OptimalBits + right.OptimalBits, left.StoredBytes + right.StoredBytes)
        {
            Strategy = left.Strategy,
            GradientReach = (left.GradientReach.Sum + right.GradientReach.Sum, left.GradientReach.Count + right.GradientReach.Count),
        };
}
