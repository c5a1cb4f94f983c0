using System.Numerics;

namespace Microsoft.ML.Offline;

/// <summary>Reads keys as 64-bit numbers, whatever they are stored in.</summary>
internal static class KeyReader
{
    /// <summary>A function that reads the key of the row as it is then.</summary>
    public static Func<ulong> Create(DataViewRow row, DataViewSchema.Column column)
        => GenericMethods.Invoke<Func<ulong>>(CreateCore<uint>, column.Type.RawType, row, column);

    private static Func<ulong> CreateCore<T>(DataViewRow row, DataViewSchema.Column column)
        where T : IBinaryInteger<T>
    {
        var getter = row.GetGetter<T>(column);
        var value = T.Zero;
        return () =>
        {
            getter(ref value);
            return ulong.CreateTruncating(value);
        };
    }
}
