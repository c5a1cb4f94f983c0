using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Numbers and vectors of them as bits, for comparisons that allow no rounding.</summary>
internal static class Bits
{
    /// <summary>One line a row.</summary>
    public static string[] Lines(IDataView data, string columnName) => data.Schema[columnName].Type is VectorDataViewType
        ? [.. data.GetColumn<float[]>(columnName).Select(Line)]
        : [.. data.GetColumn<float>(columnName).Select(value => Line([value]))];

    public static string Line(float[] values)
        => string.Join(' ', values.Select(value => BitConverter.SingleToUInt32Bits(value).ToString("x8")));
}
