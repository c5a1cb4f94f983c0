using System.Globalization;

namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Quantities as a reader likes them.</summary>
internal static class Units
{
    private static readonly string[] _sizes = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{Short(value, unit)} {_sizes[unit]}");
    }

    public static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.ToString(time.TotalHours < 1 ? @"m\:ss\ \m\i\n" : time.TotalDays < 1 ? @"h\:mm\:ss\ \h" : @"d\ \d\ h\:mm\ \h", CultureInfo.InvariantCulture);

    public static string Percent(double? part) => part is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %") : "–";

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Score(double? score) => score is { } value ? value.ToString("0.000", CultureInfo.InvariantCulture) : "–";

    public static string Number(double? number) => number is { } value ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "–";

    private static string Short(double value, int unit)
        => value.ToString(unit == 0 || value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
