namespace Microsoft.ML.RevRnn.Reports;

/// <summary>What activations took, and what they would have taken by each strategy.</summary>
internal static class MemorySection
{
    private static readonly ActivationStrategy[] _strategies =
        [ActivationStrategy.Stored, ActivationStrategy.Checkpointed, ActivationStrategy.Reversible, ActivationStrategy.Hybrid];

    /// <param name="html">Receives it.</param>
    /// <param name="report">What was measured.</param>
    /// <param name="network">The network, for the estimates; null where it is not known.</param>
    public static void Write(Html html, TrainingReport report, NetworkOptions? network)
    {
        if (report.PeakActivationBytes == 0)
            return;
        List<(string Name, long Bytes, bool IsMeasured)> bars = [("this run, at its peak", report.PeakActivationBytes, true)];
        if (report.StoredActivationBytes > 0)
            bars.Add(("this run, had all been stored", report.StoredActivationBytes, true));
        if (report.TranslationMemory is { } sides)
        {
            bars.Add(("the encoder, at its peak", sides.EncoderPeakBytes, true));
            bars.Add(("the encoder, stored", sides.EncoderStoredBytes, true));
            bars.Add(("the decoder, at its peak", sides.DecoderPeakBytes, true));
            bars.Add(("the decoder, stored", sides.DecoderStoredBytes, true));
        }
        else if (Estimate(network, report) is { } estimate)
            bars.AddRange(_strategies.Where(strategy => estimate[strategy] != null).Select(strategy => ($"{strategy}, estimated", estimate[strategy]!.Value, false)));
        html.AddConstant("<section><h2>Memory of activations</h2>");
        if (report.LargestBatchRows > 0)
            html.Add($"<p>The largest batch had {report.LargestBatchRows} sequences of up to {report.LargestBatchSteps:#,0} steps. {Batches(report)}</p>");
        var most = bars.Max(bar => bar.Bytes);
        html.Add($"<figure class='bars'><svg viewBox='0 0 720 {bars.Count * 30 + 4}' role='img' aria-label='Bytes of activations'>");
        foreach (var (i, bar) in bars.Index())
        {
            html.Add($"<text class='label end' x='210' y='{i * 30 + 20}'>{bar.Name}</text>");
            html.Add($"<rect class='{(bar.IsMeasured ? "measured" : "estimated")}' x='220' y='{i * 30 + 5}' width='{Math.Max(1, 380.0 * bar.Bytes / most):0.0}' height='20' rx='2'/>");
            html.Add($"<text class='label' x='{228 + 380.0 * bar.Bytes / most:0.0}' y='{i * 30 + 20}'>{Units.Bytes(bar.Bytes)}</text>");
        }
        html.AddConstant("</svg></figure></section>");
    }

    private static ActivationEstimate? Estimate(NetworkOptions? network, TrainingReport report)
    {
        // What a file says of the batch may be more than can be estimated. It does not say whether there was dropout; by default there is.
        var (rows, steps) = (report.LargestBatchRows, report.LargestBatchSteps);
        return network == null || rows is < 1 or > 4096 || steps is < 1 or > 1 << 30 ? null : ActivationMemory.Estimate(network, rows, steps, hasDropout: true);
    }

    private static string Batches(TrainingReport report)
    {
        // A long sum, since counts in a file may be anything.
        var counts = _strategies.Select(strategy => (Strategy: strategy, Count: report.Epochs.Sum(epoch => (long)(epoch.Course?.Batches[strategy] ?? 0))));
        var parts = counts.Where(each => each.Count > 0).Select(each => FormattableString.Invariant($"{each.Count:#,0} {each.Strategy.ToString().ToLowerInvariant()}")).ToArray();
        return parts.Length == 0 ? "" : $"Batches by strategy: {string.Join(", ", parts)}.";
    }
}
