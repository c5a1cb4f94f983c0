using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>Reads values as hashes: numbers from 1, and 0 for empty text.</summary>
internal static class HashReader
{
    /// <summary>A function that reads the hash of the row as it is then.</summary>
    public static Func<ulong> Create(IExceptionContext ectx, DataViewRow row, DataViewSchema.Column column, uint seed, int bits)
    {
        if (column.Type is TextDataViewType)
            return CreateForText(row.GetGetter<ReadOnlyMemory<char>>(column), seed, bits);
        if (column.Type is NumberDataViewType or BooleanDataViewType)
            return GenericMethods.Invoke<Func<ulong>>(CreateForNumber<int>, column.Type.RawType, row, column, seed, bits);
        throw ectx.ExceptSchemaMismatch(
            "samplingKeyColumn", "SamplingKeyColumn", column.Name, "text, a number, a truth value or a key", column.Type.ToString());
    }

    private static Func<ulong> CreateForText(ValueGetter<ReadOnlyMemory<char>> getter, uint seed, int bits)
    {
        ReadOnlyMemory<char> text = default;
        return () =>
        {
            getter(ref text);
            return text.IsEmpty ? 0 : Reduce(MurmurHash3.Hash(seed, Encoding.UTF8.GetBytes(text.Span.Trim(' ').ToString())), bits);
        };
    }

    private static Func<ulong> CreateForNumber<T>(DataViewRow row, DataViewSchema.Column column, uint seed, int bits)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            if (Unsafe.SizeOf<T>() == sizeof(long))
                return Reduce(MurmurHash3.Hash(seed, MemoryMarshal.AsBytes(new ReadOnlySpan<long>(ref Unsafe.As<T, long>(ref value)))), bits);
            int word = value switch
            {
                sbyte v => v,
                short v => v,
                byte v => v,
                ushort v => v,
                bool v => v ? 1 : 0,
                _ => Unsafe.As<T, int>(ref value),
            };
            return Reduce(MurmurHash3.Hash(seed, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(ref word))), bits);
        };
    }

    private static ulong Reduce(uint hash, int bits) => (hash & (1u << bits) - 1) + 1;
}
