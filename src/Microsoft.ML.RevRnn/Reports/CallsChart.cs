namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Coverage over the texts that a model was asked of.</summary>
internal static class CallsChart
{
    private const int Width = 640;
    private const int Height = 260;
    private const int Left = 56;
    private const int Right = Width - 14;
    private const int Top = 14;
    private const int Bottom = Height - 40;

    private static readonly (CoverageKind Kind, string Style)[] _lines =
        [(CoverageKind.Boundary, "one"), (CoverageKind.StepWise, "two"), (CoverageKind.Temporal, "three")];

    public static void Write(Html html, IReadOnlyList<CoveragePoint> course)
    {
        if (course.Count < 2)
            return;
        var x = new Axis(0, course[^1].ModelCalls, Left, Right);
        var y = new Axis(0, 1, Bottom, Top);
        html.Add($"<figure class='bars'><figcaption>Coverage as the search went on</figcaption><svg viewBox='0 0 {Width} {Height}' role='img' aria-label='coverage by texts'>");
        foreach (var tick in y.Ticks)
        {
            html.Add($"<line class='grid' x1='{Left}' x2='{Right}' y1='{y.At(tick):0.0}' y2='{y.At(tick):0.0}'/>");
            html.Add($"<text class='tick end' x='{Left - 8}' y='{y.At(tick) + 4:0.0}'>{100 * tick:0} %</text>");
        }
        foreach (var tick in x.Ticks)
            html.Add($"<text class='tick middle' x='{x.At(tick):0.0}' y='{Bottom + 17}'>{tick:#,0}</text>");
        html.Add($"<text class='tick end' x='{Right}' y='{Bottom + 34}'>changed texts</text>");
        foreach (var (kind, style) in _lines)
        {
            var points = course.Select(point => FormattableString.Invariant($"{x.At(point.ModelCalls):0.0},{y.At(point.Figures[kind]):0.0}"));
            html.Add($"<polyline class='{style}' points='{string.Join(' ', points)}'><title>{kind}</title></polyline>");
        }
        html.AddConstant("</svg><p class='legend'>");
        foreach (var (kind, style) in _lines)
            html.Add($"<span><svg viewBox='0 0 24 8'><line class='{style}' x1='0' x2='24' y1='4' y2='4'/></svg>{kind}</span>");
        html.AddConstant("</p></figure>");
    }
}
