namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Lines over the epochs, with the kept one marked.</summary>
internal static class CurveChart
{
    private const int Width = 460;
    private const int Height = 240;
    private const int Left = 52;
    private const int Top = 14;
    private const int Right = Width - 14;
    private const int Bottom = Height - 34;

    /// <param name="html">Receives it.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="series">The lines.</param>
    /// <param name="kept">The epoch that was kept, from 1; 0 for none.</param>
    public static void Write(Html html, string title, IReadOnlyList<Series> series, int kept)
    {
        double[] values = [.. series.SelectMany(line => line.Values).OfType<double>()];
        if (values.Length == 0)
            return;
        var x = new Axis(1, Math.Max(2, series.Max(line => line.Values.Count)), Left + 6, Right - 6, isWhole: true);
        var y = new Axis(Math.Min(0, values.Min()), values.Max(), Bottom, Top);
        html.Add($"<figure><figcaption>{title}</figcaption><svg viewBox='0 0 {Width} {Height}' role='img' aria-label='{title} by epoch'>");
        foreach (var tick in y.Ticks)
        {
            html.Add($"<line class='grid' x1='{Left}' x2='{Right}' y1='{y.At(tick):0.0}' y2='{y.At(tick):0.0}'/>");
            html.Add($"<text class='tick end' x='{Left - 8}' y='{y.At(tick) + 4:0.0}'>{tick:0.######}</text>");
        }
        foreach (var tick in x.Ticks)
            html.Add($"<text class='tick middle' x='{x.At(tick):0.0}' y='{Bottom + 17}'>{tick:0}</text>");
        html.Add($"<text class='tick end' x='{Right}' y='{Bottom + 31}'>epoch</text>");
        if (kept > 0)
        {
            html.Add($"<line class='kept' x1='{x.At(kept):0.0}' x2='{x.At(kept):0.0}' y1='{Top}' y2='{Bottom}'/>");
            html.Add($"<text class='tick' x='{Left}' y='{Bottom + 31}'>dashed: epoch {kept}, kept</text>");
        }
        foreach (var line in series)
            WriteLine(html, line, x, y, kept);
        html.AddConstant("</svg>");
        WriteLegend(html, series);
        html.AddConstant("</figure>");
    }

    private static void WriteLine(Html html, Series line, Axis x, Axis y, int kept)
    {
        var points = line.Values.Index().Where(point => point.Item != null).Select(point => (X: x.At(point.Index + 1), Y: y.At(point.Item!.Value))).ToArray();
        if (points.Length == 0)
            return;
        html.Add($"<polyline class='{line.Style}' points='{string.Join(' ', points.Select(point => FormattableString.Invariant($"{point.X:0.0},{point.Y:0.0}")))}'/>");
        var markAll = points.Length <= 30;
        foreach (var (index, value) in line.Values.Index())
        {
            if (value is { } known && (markAll || index + 1 == kept))
            {
                html.Add($"<circle class='{line.Style}' cx='{x.At(index + 1):0.0}' cy='{y.At(known):0.0}' r='{(index + 1 == kept ? 4.5 : 2)}'>");
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
