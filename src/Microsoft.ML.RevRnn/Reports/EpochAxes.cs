namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Epochs to the right, a value upwards: the grid that curves are drawn on.</summary>
internal sealed class EpochAxes
{
    private const int Left = 56;
    private const int Top = 14;

    private readonly int _right;
    private readonly int _bottom;
    private readonly Axis _x;
    private readonly Axis _y;

    /// <param name="size">Of the whole drawing.</param>
    /// <param name="epochs">The last epoch.</param>
    /// <param name="low">The least value.</param>
    /// <param name="high">The greatest value; what is above is drawn at the top.</param>
    public EpochAxes((int Width, int Height) size, int epochs, double low, double high)
    {
        (Width, Height) = size;
        (_right, _bottom) = (Width - 14, Height - 34);
        _x = new Axis(1, Math.Max(2, epochs), Left + 6, _right - 6, isWhole: true);
        _y = new Axis(low, high, _bottom, Top);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Where an epoch, from 1, lies.</summary>
    public double X(int epoch) => _x.At(epoch);

    /// <summary>Where a value lies.</summary>
    public double Y(double value) => Math.Clamp(_y.At(value), Top, _bottom);

    /// <summary>Where a value lies, as a drawing's coordinates.</summary>
    public string Point(int epoch, double value) => FormattableString.Invariant($"{X(epoch):0.0},{Y(value):0.0}");

    /// <summary>Draws grid and numbers.</summary>
    public void Write(Html html)
    {
        foreach (var tick in _y.Ticks)
        {
            html.Add($"<line class='grid' x1='{Left}' x2='{_right}' y1='{_y.At(tick):0.0}' y2='{_y.At(tick):0.0}'/>");
            html.Add($"<text class='tick end' x='{Left - 8}' y='{_y.At(tick) + 4:0.0}'>{tick:0.######}</text>");
        }
        foreach (var tick in _x.Ticks)
            html.Add($"<text class='tick middle' x='{_x.At(tick):0.0}' y='{_bottom + 17}'>{tick:0}</text>");
        html.Add($"<text class='tick end' x='{_right}' y='{_bottom + 31}'>epoch</text>");
    }

    /// <summary>Marks the epoch that was kept.</summary>
    public void WriteKept(Html html, int epoch)
    {
        html.Add($"<line class='kept' x1='{X(epoch):0.0}' x2='{X(epoch):0.0}' y1='{Top}' y2='{_bottom}'/>");
        html.Add($"<text class='tick' x='{Left}' y='{_bottom + 31}'>dashed: epoch {epoch}, kept</text>");
    }
}
