using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>An index into a set of <see cref="Count"/> values: stored 1 to Count, with 0 for a missing value.</summary>
public sealed class KeyDataViewType : PrimitiveDataViewType
{
    /// <summary>A key stored in the unsigned integer type <paramref name="type"/>.</summary>
    public KeyDataViewType(Type type, ulong count)
        : base(type)
    {
        ulong max = MaxCount(type);
        if (max == 0)
            throw Contracts.ExceptParam(nameof(type), $"A key is stored as Byte, UInt16, UInt32 or UInt64, not as {type.Name}.");
        if (count == 0 || count > max)
            throw Contracts.ExceptParam(nameof(count), $"A key of {type.Name} has between 1 and {max} values, not {count}.");
        Count = count;
    }

    /// <summary>A key stored in the unsigned integer type <paramref name="type"/>.</summary>
    public KeyDataViewType(Type type, int count)
        : this(type, count > 0 ? (ulong)count : 0)
    {
    }

    /// <summary>The number of values.</summary>
    public ulong Count { get; }

    /// <summary>Whether keys can be stored in <paramref name="type"/>.</summary>
    public static bool IsValidDataType(Type type) => MaxCount(type) != 0;

    private static ulong MaxCount(Type type)
        => type == typeof(byte) ? byte.MaxValue
        : type == typeof(ushort) ? ushort.MaxValue
        : type == typeof(uint) ? uint.MaxValue
        : type == typeof(ulong) ? ulong.MaxValue
        : 0;

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is KeyDataViewType key && key.RawType == RawType && key.Count == Count;

    /// <inheritdoc/>
    public override bool Equals(object? other) => Equals(other as DataViewType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(RawType, Count);

    /// <inheritdoc/>
    public override string ToString() => $"Key<{RawType.Name}, 0-{Count - 1}>";
}
