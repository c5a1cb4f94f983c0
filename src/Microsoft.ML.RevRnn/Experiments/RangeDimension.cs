using System.Globalization;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An option with a range of numbers.</summary>
/// <param name="name">Its name.</param>
/// <param name="range">The range.</param>
/// <param name="get">Reads the option.</param>
/// <param name="set">Sets it.</param>
internal sealed class RangeDimension(string name, SearchRange range, Func<RevRnnOptions, float> get, Action<RevRnnOptions, float> set) : SearchDimension(name)
{
    public override int ChoiceCount => 0;

    public override string Describe() => string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}{(range.IsLogarithmic ? ", logarithmic" : "")}");

    public override double Of(RevRnnOptions options) => Math.Clamp(get(options), range.Minimum, range.Maximum);

    public override string Text(double coordinate) => ((float)coordinate).ToString("0.######", CultureInfo.InvariantCulture);

    public override void Apply(RevRnnOptions options, double coordinate) => set(options, (float)coordinate);

    public override double Position(double coordinate)
    {
        if (range.Minimum == range.Maximum)
            return 0.5;
        return range.IsLogarithmic
            ? Math.Log(coordinate / range.Minimum) / Math.Log((double)range.Maximum / range.Minimum)
            : (coordinate - range.Minimum) / ((double)range.Maximum - range.Minimum);
    }

    /// <summary>Three digits: they say enough, and the last bits of a logarithm, which platforms differ in, have no part in them.</summary>
    public override double At(double position)
    {
        var value = range.IsLogarithmic
            ? range.Minimum * Math.Pow((double)range.Maximum / range.Minimum, position)
            : range.Minimum + position * ((double)range.Maximum - range.Minimum);
        var rounded = float.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Math.Clamp(rounded, range.Minimum, range.Maximum);
    }
}
