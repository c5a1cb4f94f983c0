using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Vectors as the bits of their numbers, for comparisons that allow no rounding.</summary>
internal static class Bits
{
    /// <summary>One line a row.</summary>
    public static string[] Lines(IDataView data, string columnName)
        => [.. data.GetColumn<float[]>(columnName).Select(Line)];

    public static string Line(float[] values)
        => string.Join(' ', values.Select(value => BitConverter.SingleToUInt32Bits(value).ToString("x8")));
}
