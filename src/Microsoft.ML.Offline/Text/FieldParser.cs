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
            : itemType is NumberDataViewType ? GenericMethods.Invoke<object>(Number<int>, itemType.RawType)
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

    private static FieldParser<T> Number<T>()
        where T : INumber<T>
    {
        var styles = typeof(T) == typeof(float) || typeof(T) == typeof(double) ? NumberStyles.Float : NumberStyles.AllowLeadingSign;
        return (ReadOnlySpan<char> text, out T value) =>
        {
            if (T.TryParse(text.Trim(), styles, CultureInfo.InvariantCulture, out value!))
                return true;
            value = Missing<T>();
            return text.Trim() is "?" or "NaN" or "NA";
        };
    }

    /// <summary>Keys count from 0 in text and from 1 in columns; out of range they are missing.</summary>
    private static FieldParser<T> Key<T>(ulong count)
        where T : IBinaryInteger<T>
        => (ReadOnlySpan<char> text, out T key) =>
        {
            bool good = ulong.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value);
            key = good && value < count ? T.CreateTruncating(value + 1) : T.Zero;
            return good;
        };

    private static bool Boolean(ReadOnlySpan<char> text, out bool value)
    {
        string word = text.Trim().ToString().ToLowerInvariant();
        value = word is "1" or "+1" or "+" or "true" or "t" or "yes" or "y" or "on";
        return value || word is "0" or "-1" or "-" or "false" or "f" or "no" or "n" or "off";
    }
}
