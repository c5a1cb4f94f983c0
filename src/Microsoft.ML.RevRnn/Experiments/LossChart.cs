using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>The network's loss on the validation rows over the epochs, a line for each setting.</summary>
internal static class LossChart
{
    private const int Width = 700;
    private const int Height = 300;
    private const int Left = 56;
    private const int Top = 14;
    private const int Right = Width - 14;
    private const int Bottom = Height - 34;

    public static void Write(Html html, IReadOnlyList<RunDetail> runs, RunDetail? best)
    {
        var lines = runs.Select(run => (Run: run, Values: run.Epochs.Select(epoch => epoch.ValidationLoss).OfType<double>().Where(double.IsFinite).ToArray()))
            .Where(line => line.Values.Length > 0).ToArray();
        if (lines.Length == 0)
            return;
        var x = new Axis(1, Math.Max(2, lines.Max(line => line.Values.Length)), Left + 6, Right - 6, isWhole: true);
        var y = new Axis(lines.Min(line => line.Values.Min()), Highest(lines.SelectMany(line => line.Values)), Bottom, Top);
        html.AddConstant("<section><h2>Curves</h2><p>The network's validation loss by epoch, a line for each setting; the best one is thick.</p>");
        html.Add($"<svg class='bars' viewBox='0 0 {Width} {Height}' role='img' aria-label='Validation loss by epoch'>");
        foreach (var tick in y.Ticks)
        {
            html.Add($"<line class='grid' x1='{Left}' x2='{Right}' y1='{y.At(tick):0.0}' y2='{y.At(tick):0.0}'/>");
            html.Add($"<text class='tick end' x='{Left - 8}' y='{y.At(tick) + 4:0.0}'>{tick:0.######}</text>");
        }
        foreach (var tick in x.Ticks)
            html.Add($"<text class='tick middle' x='{x.At(tick):0.0}' y='{Bottom + 17}'>{tick:0}</text>");
        html.Add($"<text class='tick end' x='{Right}' y='{Bottom + 31}'>epoch</text>");
        foreach (var (run, values) in lines.OrderBy(line => line.Run == best))
        {
            var style = run == best ? "winner" : "";
            var points = values.Select((value, i) => FormattableString.Invariant($"{x.At(i + 1):0.0},{Math.Clamp(y.At(value), Top, Bottom):0.0}")).ToArray();
            html.Add($"<path class='{style}' d='M{string.Join(" L", points)}'><title>#{run.TrialId}</title></path>");
            if (points.Length == 1)
                html.Add($"<circle class='{(run == best ? "two" : "one")}' cx='{x.At(1):0.0}' cy='{Math.Clamp(y.At(values[0]), Top, Bottom):0.0}' r='2.5'><title>#{run.TrialId}: {values[0]:0.0000}</title></circle>");
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
