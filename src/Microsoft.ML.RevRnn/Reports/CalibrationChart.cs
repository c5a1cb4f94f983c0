namespace Microsoft.ML.RevRnn.Reports;

/// <summary>How often predictions are right, against the probability they were made with, and how many there are of each.</summary>
internal static class CalibrationChart
{
    private const int Width = 460;
    private const int Bottom = 300;
    private const int CountsTop = 330;
    private const int CountsBottom = 380;

    public static void Write(Html html, PerClassMetrics metrics, string items = "rows")
    {
        var axes = new UnitAxes(Width, Bottom);
        html.AddConstant("<h3>Calibration</h3><p>Points on the diagonal are probabilities that can be taken at their word; below it the classifier is too sure.</p>");
        html.Add($"<figure class='calibration'><svg viewBox='0 0 {Width} 420' role='img' aria-label='Accuracy by probability of the prediction'>");
        axes.Write(html, CountsBottom + 16);
        axes.WriteDiagonal(html);
        var most = Math.Max(1, metrics.Calibration.Max(bin => bin.Count));
        foreach (var (i, bin) in metrics.Calibration.Index())
        {
            var (from, to) = (axes.X((double)i / metrics.Calibration.Count), axes.X((i + 1.0) / metrics.Calibration.Count));
            var height = (double)bin.Count / most * (CountsBottom - CountsTop);
            html.Add($"<rect class='estimated' x='{from + 0.5:0.0}' y='{CountsBottom - height:0.0}' width='{to - from - 1:0.0}' height='{height:0.0}'><title>{bin.Count:#,0} {items}</title></rect>");
        }
        var points = metrics.Calibration.Where(bin => bin.Count > 0).ToArray();
        UnitAxes.WriteCurve(html, points.Select(bin => (axes.X(bin.Confidence), axes.Y(bin.Accuracy))));
        foreach (var bin in points)
        {
            html.Add($"<circle class='one' cx='{axes.X(bin.Confidence):0.0}' cy='{axes.Y(bin.Accuracy):0.0}' r='4'>");
            html.Add($"<title>probability {bin.Confidence:0.000}, right {bin.Accuracy:0.000}, {bin.Count:#,0} {items}</title></circle>");
        }
        html.Add($"<line class='grid' x1='{UnitAxes.Left}' x2='{axes.Right}' y1='{CountsBottom}' y2='{CountsBottom}'/><text class='tick end' x='{UnitAxes.Left - 8}' y='{CountsBottom}'>{items}</text>");
        html.Add($"<text class='tick end' x='{axes.Right}' y='{CountsBottom + 32}'>probability of the predicted class</text><text class='tick' x='{UnitAxes.Left + 6}' y='{UnitAxes.Top + 12}'>part that is right</text>");
        html.AddConstant("</svg></figure>");
    }
}
