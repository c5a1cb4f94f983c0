using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>How many settings reached each rung, and the best of them there.</summary>
internal static class RungChart
{
    private const int Width = 700;
    private const int RowHeight = 30;
    private const int Left = 90;
    private const int BarWidth = 330;

    public static void Write(Html html, IReadOnlyList<RunDetail> runs, RunDetail? best)
    {
        var rungs = runs.Where(run => run.TrialId != null).SelectMany(run => run.Rungs.Select(rung => (Run: run, Rung: rung)))
            .GroupBy(each => each.Rung.Epochs).OrderBy(rung => rung.Key).ToArray();
        if (rungs.Length == 0)
            return;
        var most = rungs.Max(rung => rung.Count());
        html.Add($"<section><h2>Rungs</h2><svg class='bars' viewBox='0 0 {Width} {rungs.Length * RowHeight + 8}' role='img' aria-label='Settings that reached each rung'>");
        foreach (var (i, rung) in rungs.Index())
        {
            var y = i * RowHeight + 4;
            var first = rung.MinBy(each => each.Rung.Loss);
            html.Add($"<text x='0' y='{y + 17}'>{rung.Key} {(rung.Key == 1 ? "epoch" : "epochs")}</text>");
            html.Add($"<rect class='bar' x='{Left}' y='{y}' height='{RowHeight - 8}' width='{(double)BarWidth * rung.Count() / most:0.0}'/>");
            html.Add($"<text x='{Left + 8}' y='{y + 17}'>{rung.Count()}</text>");
            html.Add($"<text class='tick' x='{Left + BarWidth + 14}' y='{y + 17}'>lowest loss {first.Rung.Loss:0.0000}, #{first.Run.TrialId}{(first.Run == best ? ", the best" : "")}</text>");
        }
        html.AddConstant("</svg></section>");
    }
}
