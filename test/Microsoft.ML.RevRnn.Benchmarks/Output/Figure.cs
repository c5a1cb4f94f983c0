using System.Globalization;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Figures with three or four significant digits and a unit, for people.</summary>
internal static class Figure
{
    public static string Format(double value, string unit)
    {
        if (unit == "bytes")
        {
            return value switch
            {
                >= 1e9 => Digits(value / 1e9) + " GB",
                >= 1e6 => Digits(value / 1e6) + " MB",
                _ => Digits(value / 1e3) + " kB",
            };
        }
        return unit.Length == 0 ? value.ToString("F3", CultureInfo.InvariantCulture) : $"{Digits(value)} {unit}";
    }

    public static string Ratio(double? ratio) => ratio?.ToString(ratio < 0.1 ? "F4" : "F3", CultureInfo.InvariantCulture) ?? "";

    private static string Digits(double value) =>
        value.ToString(Math.Abs(value) switch { >= 100 => "N0", >= 10 => "N1", >= 0.1 => "N2", _ => "N3" }, CultureInfo.InvariantCulture);
}
