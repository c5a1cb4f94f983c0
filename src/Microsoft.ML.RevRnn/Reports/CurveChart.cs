namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Lines over the epochs, with the kept one marked.</summary>
internal static class CurveChart
{
    private const int Width = 460;
    private const int Height = 240;

    /// <param name="html">Receives it.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="series">The lines.</param>
    /// <param name="kept">The epoch that was kept, from 1; 0 for none.</param>
    public static void Write(Html html, string title, IReadOnlyList<Series> series, int kept)
    {
        double[] values = [.. series.SelectMany(line => line.Values).OfType<double>()];
        if (values.Length == 0)
            return;
        var axes = new EpochAxes((Width, Height), series.Max(line => line.Values.Count), Math.Min(0, values.Min()), values.Max());
        html.Add($"<figure><figcaption>{title}</figcaption><svg viewBox='0 0 {Width} {Height}' role='img' aria-label='{title} by epoch'>");
        axes.Write(html);
        if (kept > 0)
            axes.WriteKept(html, kept);
        foreach (var line in series)
            WriteLine(html, line, axes, kept);
        html.AddConstant("</svg>");
        WriteLegend(html, series);
        html.AddConstant("</figure>");
    }

    private static void WriteLine(Html html, Series line, EpochAxes axes, int kept)
    {
        var points = line.Values.Index().Where(point => point.Item != null).Select(point => axes.Point(point.Index + 1, point.Item!.Value)).ToArray();
        if (points.Length == 0)
            return;
        html.Add($"<polyline class='{line.Style}' points='{string.Join(' ', points)}'/>");
        var markAll = points.Length <= 30;
        foreach (var (index, value) in line.Values.Index())
        {
            if (value is { } known && (markAll || index + 1 == kept))
            {
                html.Add($"<circle class='{line.Style}' cx='{axes.X(index + 1):0.0}' cy='{axes.Y(known):0.0}' r='{(index + 1 == kept ? 4.5 : 2)}'>");
                html.Add($"<title>{line.Name}, epoch {index + 1}: {known:0.######}</title></circle>");
            }
        }
    }

    private static void WriteLegend(Html html, IReadOnlyList<Series> series)
    {
        if (series.Count < 2)
            return;
        html.AddConstant("<p class='legend'>");
        foreach (var line in series.Where(line => line.Values.Any(value => value != null)))
            html.Add($"<span><svg viewBox='0 0 24 8'><line class='{line.Style}' x1='0' x2='24' y1='4' y2='4'/></svg>{line.Name}</span>");
        html.AddConstant("</p>");
    }
}
