using System.Globalization;

namespace Microsoft.ML.RevRnn;

/// <summary>Range checks of options; the message names the option, its value and the range.</summary>
internal static class OptionCheck
{
    public static void Range(string name, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture,
                $"{name} is {value}; it must be from {least} to {most}."));
        }
    }

    /// <summary>least &lt;= value &lt;= most; NaN is out of every range.</summary>
    public static void Range(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture,
                $"{name} is {value}; it must be from {least} to {most}."));
        }
    }

    /// <summary>The same in single precision, in which 0.1 as a bound is the same number as 0.1 as an option.</summary>
    public static void Range(string name, float value, float least, float most)
    {
        if (!(value >= least && value <= most))
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture,
                $"{name} is {value}; it must be from {least} to {most}."));
        }
    }

    public static void Defined<T>(string name, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
