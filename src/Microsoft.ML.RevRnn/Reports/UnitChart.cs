namespace Microsoft.ML.RevRnn.Reports;

/// <summary>A curve within the unit square, with the point marked that a classifier has chosen.</summary>
internal static class UnitChart
{
    private const int Width = 460;
    private const int Height = 330;
    private const int Bottom = Height - 44;

    /// <summary>Points nearer to each other, in pixels, than can be seen: so the page is small however many rows there are.</summary>
    private const double Resolution = 1;

    /// <param name="html">Receives it.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="axes">What the axes are of.</param>
    /// <param name="curve">The points, from left to right.</param>
    /// <param name="chosen">The point to mark.</param>
    /// <param name="hasDiagonal">Whether the diagonal is drawn, which is what guessing gives.</param>
    public static void Write(
        Html html, string title, (string X, string Y) axes, IReadOnlyList<(double X, double Y)> curve, (double X, double Y) chosen, bool hasDiagonal)
    {
        var square = new UnitAxes(Width, Bottom);
        html.Add($"<figure><figcaption>{title}</figcaption><svg viewBox='0 0 {Width} {Height}' role='img' aria-label='{title}'>");
        square.Write(html, Bottom + 17);
        if (hasDiagonal)
            square.WriteDiagonal(html);
        UnitAxes.WriteCurve(html, Thinned([.. curve.Select(point => (square.X(point.X), square.Y(point.Y)))]));
        html.Add($"<circle class='two' cx='{square.X(chosen.X):0.0}' cy='{square.Y(chosen.Y):0.0}' r='4.5'>");
        html.Add($"<title>threshold of the classifier: {axes.X} {chosen.X:0.000}, {axes.Y} {chosen.Y:0.000}</title></circle>");
        html.Add($"<text class='tick end' x='{square.Right}' y='{Bottom + 36}'>{axes.X}</text><text class='tick' x='{UnitAxes.Left}' y='{Bottom + 36}'>up: {axes.Y}</text>");
        html.AddConstant("</svg></figure>");
    }

    /// <summary>The curve without points that nobody would see.</summary>
    private static List<(double X, double Y)> Thinned((double X, double Y)[] curve)
    {
        var points = new List<(double X, double Y)>();
        foreach (var (i, point) in curve.Index())
        {
            if (i == 0 || i == curve.Length - 1 || Math.Max(Math.Abs(point.X - points[^1].X), Math.Abs(point.Y - points[^1].Y)) >= Resolution)
                points.Add(point);
        }
        return points;
    }
}
