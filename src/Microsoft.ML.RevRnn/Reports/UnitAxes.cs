namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Values from 0 to 1, to the right and upwards: the grid that shares and probabilities are drawn on.</summary>
/// <param name="width">Of the whole drawing.</param>
/// <param name="bottom">Where 0 lies.</param>
internal sealed class UnitAxes(int width, int bottom)
{
    public const int Left = 52;
    public const int Top = 14;

    private readonly Axis _x = new(0, 1, Left, width - 14);
    private readonly Axis _y = new(0, 1, bottom, Top);

    public int Right => width - 14;

    public double X(double value) => _x.At(value);

    public double Y(double value) => _y.At(value);

    /// <summary>Draws grid and numbers.</summary>
    /// <param name="html">Receives it.</param>
    /// <param name="numbers">Where the numbers of what goes to the right are.</param>
    public void Write(Html html, int numbers)
    {
        foreach (var tick in _y.Ticks)
        {
            html.Add($"<line class='grid' x1='{Left}' x2='{Right}' y1='{Y(tick):0.0}' y2='{Y(tick):0.0}'/>");
            html.Add($"<text class='tick end' x='{Left - 8}' y='{Y(tick) + 4:0.0}'>{tick:0.#}</text>");
            html.Add($"<text class='tick middle' x='{X(tick):0.0}' y='{numbers}'>{tick:0.#}</text>");
        }
    }

    /// <summary>Draws the line on which both values are the same.</summary>
    public void WriteDiagonal(Html html) => html.Add($"<line class='kept' x1='{Left}' y1='{bottom}' x2='{Right}' y2='{Top}'/>");

    /// <summary>Draws a line through points of the page.</summary>
    public static void WriteCurve(Html html, IEnumerable<(double X, double Y)> points) =>
        html.Add($"<polyline class='one' points='{string.Join(' ', points.Select(point => FormattableString.Invariant($"{point.X:0.0},{point.Y:0.0}")))}'/>");
}
