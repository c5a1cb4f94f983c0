using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>
/// Gives each row a number from 0 to 1, by which a table is split. Without a sampling key the numbers are random, in the order of the rows;
/// with one, rows with equal keys have equal numbers. The numbers are those of ML.NET.
/// </summary>
internal sealed class DataSplitter
{
    private const uint DefaultSeed = 42;
    private const uint DefaultHashSeed = 314489979;
    private const int HashBits = 30;

    private readonly IDataView _data;
    private readonly DataViewSchema.Column[] _key;
    private readonly Func<DataViewRow, Func<double>> _makeNumbers;

    public DataSplitter(IHostEnvironment env, IDataView data, string? samplingKeyColumnName, int? seed)
    {
        _data = data;
        seed ??= (env as IHostEnvironmentInternal)?.Seed;
        if (samplingKeyColumnName == null)
        {
            _key = [];
            _makeNumbers = _ => MakeRandomNumbers((uint?)seed ?? DefaultSeed);
            return;
        }

        var key = data.Schema.GetColumnOrNull(samplingKeyColumnName)
            ?? throw env.ExceptSchemaMismatch("samplingKeyColumn", "SamplingKeyColumn", samplingKeyColumnName);
        _key = [key];
        if (key.Type is KeyDataViewType keyType)
            _makeNumbers = row => MakeKeyNumbers(KeyReader.Create(row, key), keyType.Count);
        else if (key.Type == NumberDataViewType.Single || key.Type == NumberDataViewType.Double)
            _makeNumbers = MakeScaledNumbers(data, key);
        else
            _makeNumbers = row => MakeKeyNumbers(HashReader.Create(env, row, key, (uint?)seed ?? DefaultHashSeed, HashBits), 1u << HashBits);
    }

    /// <summary>The rows whose number is from <paramref name="min"/> to below <paramref name="max"/>, or all others that have a number.</summary>
    public IDataView Select(double min, double max, bool includeMax, bool complement)
        => new FilteredDataView(_data, _key, row =>
        {
            var next = _makeNumbers(row);
            return () =>
            {
                double number = next();
                bool inside = min <= number && (includeMax ? number <= max : number < max);
                return !double.IsNaN(number) && inside != complement;
            };
        }, inOrder: _key.Length == 0);

    private static Func<double> MakeRandomNumbers(uint seed)
    {
        var random = RandomUtils.Create((uint?)seed);
        return () => random.NextSingle();
    }

    /// <summary>Keys lie in the middle of their share of the range; a missing key has no number.</summary>
    private static Func<double> MakeKeyNumbers(Func<ulong> read, ulong count)
        => () => read() is var key && 0 < key && key <= count ? ((uint)key - 0.5) / count : double.NaN;

    private static Func<DataViewRow, Func<double>> MakeScaledNumbers(IDataView data, DataViewSchema.Column column)
    {
        Func<double> Read(DataViewRow row)
        {
            if (column.Type == NumberDataViewType.Double)
            {
                double value = 0;
                var getter = row.GetGetter<double>(column);
                return () =>
                {
                    getter(ref value);
                    return value;
                };
            }

            float single = 0;
            var singleGetter = row.GetGetter<float>(column);
            return () =>
            {
                singleGetter(ref single);
                return single;
            };
        }

        double min = double.PositiveInfinity;
        double max = double.NegativeInfinity;
        using (var cursor = data.GetRowCursor([column]))
        {
            for (var read = Read(cursor); cursor.MoveNext();)
            {
                double value = read();
                min = Math.Min(min, double.IsFinite(value) ? value : min);
                max = Math.Max(max, double.IsFinite(value) ? value : max);
            }
        }

        double scale = max > min ? 1 / (max - min) : 0;
        return row =>
        {
            var read = Read(row);
            return () => (read() - min) * scale;
        };
    }
}
