using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>The network's loss on the validation rows over the epochs, a line for each setting.</summary>
internal static class LossChart
{
    private const int Width = 700;
    private const int Height = 300;

    public static void Write(Html html, IReadOnlyList<RunDetail> runs, RunDetail? best)
    {
        var lines = runs.Select(run => (Run: run, Values: run.Epochs.Select(epoch => epoch.ValidationLoss).OfType<double>().Where(double.IsFinite).ToArray()))
            .Where(line => line.Values.Length > 0).ToArray();
        if (lines.Length == 0)
            return;
        var axes = new EpochAxes(
            (Width, Height), lines.Max(line => line.Values.Length), lines.Min(line => line.Values.Min()), Highest(lines.SelectMany(line => line.Values)));
        html.AddConstant("<section><h2>Curves</h2><p>The network's validation loss by epoch, a line for each setting; the best one is thick.</p>");
        html.Add($"<svg class='bars' viewBox='0 0 {Width} {Height}' role='img' aria-label='Validation loss by epoch'>");
        axes.Write(html);
        foreach (var (run, values) in lines.OrderBy(line => line.Run == best))
        {
            var style = run == best ? "winner" : "";
            var points = values.Select((value, i) => axes.Point(i + 1, value)).ToArray();
            html.Add($"<path class='{style}' d='M{string.Join(" L", points)}'><title>#{run.TrialId}</title></path>");
            if (points.Length == 1)
                html.Add($"<circle class='{(run == best ? "two" : "one")}' cx='{axes.X(1):0.0}' cy='{axes.Y(values[0]):0.0}' r='2.5'><title>#{run.TrialId}: {values[0]:0.0000}</title></circle>");
        }
        html.AddConstant("</svg></section>");
    }

    /// <summary>What is far above most would leave no room for these.</summary>
    private static double Highest(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted[sorted.Length / 2];
        return Math.Min(sorted[^1], sorted[0] + 4 * (middle - sorted[0]) + 1e-6);
    }
}
