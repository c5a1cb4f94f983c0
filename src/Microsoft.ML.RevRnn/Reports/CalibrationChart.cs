namespace Microsoft.ML.RevRnn.Reports;

/// <summary>How often predictions are right, against the probability they were made with, and how many there are of each.</summary>
internal static class CalibrationChart
{
    private const int Width = 460;
    private const int Left = 52;
    private const int Right = Width - 14;
    private const int Top = 14;
    private const int Bottom = 300;
    private const int CountsTop = 330;
    private const int CountsBottom = 380;

    public static void Write(Html html, PerClassMetrics metrics, string items = "rows")
    {
        var x = new Axis(0, 1, Left, Right);
        var y = new Axis(0, 1, Bottom, Top);
        html.AddConstant("<h3>Calibration</h3><p>Points on the diagonal are probabilities that can be taken at their word; below it the classifier is too sure.</p>");
        html.Add($"<figure class='calibration'><svg viewBox='0 0 {Width} 420' role='img' aria-label='Accuracy by probability of the prediction'>");
        foreach (var tick in y.Ticks)
        {
            html.Add($"<line class='grid' x1='{Left}' x2='{Right}' y1='{y.At(tick):0.0}' y2='{y.At(tick):0.0}'/>");
            html.Add($"<text class='tick end' x='{Left - 8}' y='{y.At(tick) + 4:0.0}'>{tick:0.#}</text>");
            html.Add($"<text class='tick middle' x='{x.At(tick):0.0}' y='{CountsBottom + 16}'>{tick:0.#}</text>");
        }
        html.Add($"<line class='kept' x1='{Left}' y1='{Bottom}' x2='{Right}' y2='{Top}'/>");
        var most = Math.Max(1, metrics.Calibration.Max(bin => bin.Count));
        foreach (var (i, bin) in metrics.Calibration.Index())
        {
            var (from, to) = (x.At((double)i / metrics.Calibration.Count), x.At((i + 1.0) / metrics.Calibration.Count));
            var height = (double)bin.Count / most * (CountsBottom - CountsTop);
            html.Add($"<rect class='estimated' x='{from + 0.5:0.0}' y='{CountsBottom - height:0.0}' width='{to - from - 1:0.0}' height='{height:0.0}'><title>{bin.Count:#,0} {items}</title></rect>");
        }
        var points = metrics.Calibration.Where(bin => bin.Count > 0).ToArray();
        html.Add($"<polyline class='one' points='{string.Join(' ', points.Select(bin => FormattableString.Invariant($"{x.At(bin.Confidence):0.0},{y.At(bin.Accuracy):0.0}")))}'/>");
        foreach (var bin in points)
        {
            html.Add($"<circle class='one' cx='{x.At(bin.Confidence):0.0}' cy='{y.At(bin.Accuracy):0.0}' r='4'>");
            html.Add($"<title>probability {bin.Confidence:0.000}, right {bin.Accuracy:0.000}, {bin.Count:#,0} {items}</title></circle>");
        }
        html.Add($"<line class='grid' x1='{Left}' x2='{Right}' y1='{CountsBottom}' y2='{CountsBottom}'/><text class='tick end' x='{Left - 8}' y='{CountsBottom}'>{items}</text>");
        html.Add($"<text class='tick end' x='{Right}' y='{CountsBottom + 32}'>probability of the predicted class</text><text class='tick' x='{Left + 6}' y='{Top + 12}'>part that is right</text>");
        html.AddConstant("</svg></figure>");
    }
}
