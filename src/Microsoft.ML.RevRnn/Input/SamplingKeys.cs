using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Numbers the different values of a column in the order in which they come.</summary>
internal sealed class SamplingKeys(DataViewSchema.Column column)
{
    private static readonly Dictionary<Type, Func<DataViewRow, DataViewSchema.Column, Func<object>>> _readers = new()
    {
        [typeof(ReadOnlyMemory<char>)] = (row, of) => Reader<ReadOnlyMemory<char>>(row, of, text => text.ToString()),
        [typeof(bool)] = Reader<bool>,
        [typeof(sbyte)] = Reader<sbyte>,
        [typeof(byte)] = Reader<byte>,
        [typeof(short)] = Reader<short>,
        [typeof(ushort)] = Reader<ushort>,
        [typeof(int)] = Reader<int>,
        [typeof(uint)] = Reader<uint>,
        [typeof(long)] = Reader<long>,
        [typeof(ulong)] = Reader<ulong>,
        [typeof(float)] = Reader<float>,
        [typeof(double)] = Reader<double>,
        [typeof(TimeSpan)] = Reader<TimeSpan>,
        [typeof(DateTime)] = Reader<DateTime>,
        [typeof(DateTimeOffset)] = Reader<DateTimeOffset>,
        [typeof(DataViewRowId)] = Reader<DataViewRowId>,
    };

    private readonly Dictionary<object, int> _numbers = [];

    /// <summary>Whether values of a type can be told apart.</summary>
    public static bool Accepts(DataViewType itemType) => _readers.ContainsKey(itemType.RawType);

    /// <summary>A function that gives the number of the row's current value.</summary>
    public Func<int> CreateReader(DataViewRow row)
    {
        var read = _readers[column.Type.RawType](row, column);
        return () =>
        {
            var value = read();
            if (!_numbers.TryGetValue(value, out var number))
                _numbers[value] = number = _numbers.Count;
            return number;
        };
    }

    private static Func<object> Reader<T>(DataViewRow row, DataViewSchema.Column column)
        where T : notnull
        => Reader<T>(row, column, value => value);

    private static Func<object> Reader<T>(DataViewRow row, DataViewSchema.Column column, Func<T, object> toObject)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            getter(ref value);
            return toObject(value);
        };
    }
}
