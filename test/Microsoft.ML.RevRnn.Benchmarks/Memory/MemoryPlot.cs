using System.Globalization;
using System.Text;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Curves of bytes over steps, both logarithmic, as an SVG with its labels at the curves' ends.</summary>
internal static class MemoryPlot
{
    private const double Left = 84, Top = 64, Width = 560, Height = 380, LabelRoom = 210, Bottom = 62;
    private const double LabelHeight = 17;

    public static string Draw(string title, IReadOnlyList<MemoryCurve> curves)
    {
        var points = curves.SelectMany(curve => curve.Points).ToList();
        var (firstX, lastX) = (Math.Log10(points.Min(p => p.Steps)), Math.Log10(points.Max(p => p.Steps)));
        var (firstY, lastY) = (Math.Floor(Math.Log10(points.Min(p => p.Bytes))), Math.Ceiling(Math.Log10(points.Max(p => p.Bytes))));
        double X(double steps) => Left + (Math.Log10(steps) - firstX) / (lastX - firstX) * Width;
        double Y(double bytes) => Top + Height - (Math.Log10(bytes) - firstY) / (lastY - firstY) * Height;

        var svg = new StringBuilder();
        void Line(string text) => svg.Append(text).Append('\n');
        var box = Text($"0 0 {Left + Width + LabelRoom} {Top + Height + Bottom}");
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{box}\" font-family=\"sans-serif\" font-size=\"13\">");
        Line("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        Line(Text($"<text x=\"{Left}\" y=\"30\" font-size=\"16\" font-weight=\"bold\" fill=\"#222222\">{title}</text>"));
        Line(Text($"<text x=\"{Left}\" y=\"50\" fill=\"#555555\">activation memory of one training step</text>"));
        for (var power = (int)firstY; power <= lastY; power++)
        {
            var y = Y(Math.Pow(10, power));
            Line(Text($"<line x1=\"{Left}\" y1=\"{y:F1}\" x2=\"{Left + Width}\" y2=\"{y:F1}\" stroke=\"#e2e2e2\"/>"));
            Line(Text($"<text x=\"{Left - 8}\" y=\"{y + 4:F1}\" text-anchor=\"end\" fill=\"#555555\">{Bytes(power)}</text>"));
        }
        foreach (var steps in points.Select(p => p.Steps).Distinct().Order())
        {
            Line(Text($"<text x=\"{X(steps):F1}\" y=\"{Top + Height + 20}\" text-anchor=\"middle\" fill=\"#555555\">{steps:N0}</text>"));
        }
        Line(Text($"<text x=\"{Left + Width / 2}\" y=\"{Top + Height + 44}\" text-anchor=\"middle\" fill=\"#555555\">T, steps</text>"));

        var free = double.NegativeInfinity;
        foreach (var curve in curves.OrderByDescending(curve => curve.Points[^1].Bytes))
        {
            var path = string.Join(' ', curve.Points.Select(p => Text($"{X(p.Steps):F1},{Y(p.Bytes):F1}")));
            var dash = curve.IsDashed ? " stroke-dasharray=\"5 5\"" : "";
            Line(Text($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{curve.Color}\" stroke-width=\"2\"{dash}/>"));
            if (!curve.IsDashed)
            {
                foreach (var (steps, bytes) in curve.Points)
                    Line(Text($"<circle cx=\"{X(steps):F1}\" cy=\"{Y(bytes):F1}\" r=\"3\" fill=\"{curve.Color}\"/>"));
            }
            // Curves that end close together have their labels moved apart, downwards.
            var at = Math.Max(Y(curve.Points[^1].Bytes) + 4, free + LabelHeight);
            free = at;
            var label = $"{curve.Label}, {Figure.Format(curve.Points[^1].Bytes, "bytes")}";
            Line(Text($"<text x=\"{X(curve.Points[^1].Steps) + 10:F1}\" y=\"{at:F1}\" fill=\"{curve.Color}\">{label}</text>"));
        }
        Line("</svg>");
        return svg.ToString();
    }

    private static string Bytes(int power) => power switch
    {
        >= 9 => $"{Math.Pow(10, power - 9)} GB",
        >= 6 => $"{Math.Pow(10, power - 6)} MB",
        _ => $"{Math.Pow(10, power - 3)} kB",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
