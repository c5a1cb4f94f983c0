namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Parts of what may be nothing.</summary>
internal static class Ratio
{
    /// <summary>0 of nothing.</summary>
    public static double Of(double part, long whole) => whole == 0 ? 0 : part / whole;

    /// <summary>Metrics of a class.</summary>
    /// <param name="name">What it stands for.</param>
    /// <param name="hits">Members that were predicted to be members.</param>
    /// <param name="predicted">All that was predicted to be.</param>
    /// <param name="support">All members.</param>
    public static ClassMetrics OfClass(string name, long hits, long predicted, long support)
        => new(name, Of(hits, predicted), Of(hits, support), Of(2 * hits, predicted + support), support);
}
