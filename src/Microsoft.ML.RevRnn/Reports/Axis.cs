namespace Microsoft.ML.RevRnn.Reports;

/// <summary>A linear scale with round numbers on it.</summary>
internal sealed class Axis
{
    private const int MostTicks = 6;

    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;

    /// <param name="low">The least value.</param>
    /// <param name="high">The greatest value.</param>
    /// <param name="from">Where on the page the axis begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="isWhole">Whether only whole numbers have a meaning.</param>
    public Axis(double low, double high, double from, double to, bool isWhole = false)
    {
        if (!(high > low))
            high = low + 1;
        Step = RoundStep((high - low) / (MostTicks - 1));
        if (isWhole)
            Step = Math.Max(1, Math.Round(Step));
        (_low, _high) = isWhole ? (low, high) : (Math.Floor(low / Step) * Step, Math.Ceiling(high / Step) * Step);
        (_from, _to) = (from, to);
    }

    /// <summary>What lies between two ticks.</summary>
    public double Step { get; }

    public IEnumerable<double> Ticks
    {
        get
        {
            var first = Math.Ceiling(_low / Step - 1e-9);
            for (var i = 0; (first + i) * Step <= _high + Step * 1e-9; i++)
                yield return (first + i) * Step;
        }
    }

    /// <summary>Where a value lies on the page.</summary>
    public double At(double value) => _from + (value - _low) / (_high - _low) * (_to - _from);

    /// <summary>1, 2 or 5 times a power of ten, not less than what is asked for.</summary>
    private static double RoundStep(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return (least / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
