using System.Globalization;

namespace Microsoft.ML.RevRnn;

/// <summary>A range of numbers to search. Tried values have three significant digits.</summary>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="IsLogarithmic">Whether the scale is logarithmic, as suits a learning rate; the least must then be above 0.</param>
public sealed record SearchRange(float Minimum, float Maximum, bool IsLogarithmic = false)
{
    /// <summary>A range on a linear scale.</summary>
    public static implicit operator SearchRange((float Minimum, float Maximum) range) => new(range.Minimum, range.Maximum);

    /// <summary>A range on either scale.</summary>
    public static implicit operator SearchRange((float Minimum, float Maximum, bool IsLogarithmic) range) => new(range.Minimum, range.Maximum, range.IsLogarithmic);

    /// <summary>Checks the range.</summary>
    /// <exception cref="ArgumentException">It is empty, not finite, or has no logarithm.</exception>
    internal void Validate(string name)
    {
        if (!(float.IsFinite(Minimum) && float.IsFinite(Maximum) && Minimum <= Maximum) || (IsLogarithmic && Minimum <= 0))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{name} is to be searched from {Minimum} to {Maximum}; the least must not be above the greatest{(IsLogarithmic ? ", and above 0 on a logarithmic scale" : "")}."), name);
        }
    }
}
