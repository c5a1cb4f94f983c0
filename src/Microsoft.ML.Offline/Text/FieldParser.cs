using System.Globalization;
using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>Turns a field into a value; false when it is none.</summary>
internal delegate bool FieldParser<T>(ReadOnlySpan<char> text, out T value);

/// <summary>The parsers of values.</summary>
internal static class FieldParser
{
    /// <summary>The parser of values of a type.</summary>
    public static FieldParser<T> Get<T>(DataViewType itemType)
    {
        object parser = itemType is KeyDataViewType key ? GenericMethods.Invoke<object>(Key<uint>, key.RawType, key.Count)
            : HasMissing(itemType) ? GenericMethods.Invoke<object>(Real<float>, itemType.RawType)
            : itemType is NumberDataViewType ? GenericMethods.Invoke<object>(Whole<int>, itemType.RawType)
            : (FieldParser<bool>)Boolean;
        return (FieldParser<T>)parser;
    }

    /// <summary>The value of a field that is none.</summary>
    public static T Missing<T>()
        => typeof(T) == typeof(float) ? (T)(object)float.NaN
        : typeof(T) == typeof(double) ? (T)(object)double.NaN
        : default!;

    /// <summary>Whether a field that is none becomes a missing value; else it is an error.</summary>
    public static bool HasMissing(DataViewType itemType)
        => itemType is KeyDataViewType || itemType == NumberDataViewType.Single || itemType == NumberDataViewType.Double;

    /// <summary>A real number, or one of the signs for none.</summary>
    private static FieldParser<T> Real<T>()
        where T : IFloatingPointIeee754<T>
        => (ReadOnlySpan<char> text, out T value) =>
        {
            if (T.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value!))
                return true;
            value = T.NaN;
            return IsMissing(text);
        };

    /// <summary>A whole number: digits, and a minus where there are negative numbers.</summary>
    private static FieldParser<T> Whole<T>()
        where T : IBinaryInteger<T>
        => (ReadOnlySpan<char> text, out T value) =>
        {
            value = T.Zero;
            return text[0] != '+' && T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value!);
        };

    private static bool IsMissing(ReadOnlySpan<char> text)
        => text is "?" || text.Equals("NaN", StringComparison.OrdinalIgnoreCase)
        || text.Equals("NA", StringComparison.OrdinalIgnoreCase) || text.Equals("N/A", StringComparison.OrdinalIgnoreCase);

    /// <summary>Keys count from 0 in text and from 1 in columns; out of range they are missing.</summary>
    private static FieldParser<T> Key<T>(ulong count)
        where T : IBinaryInteger<T>
        => (ReadOnlySpan<char> text, out T key) =>
        {
            bool good = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value);
            key = good && value < count ? T.CreateTruncating(value + 1) : T.Zero;
            return good;
        };

    private static bool Boolean(ReadOnlySpan<char> text, out bool value)
    {
        string word = text.ToString().ToLowerInvariant();
        value = word is "1" or "+1" or "+" or "true" or "t" or "yes" or "y";
        return value || word is "0" or "-1" or "-" or "false" or "f" or "no" or "n";
    }
}
