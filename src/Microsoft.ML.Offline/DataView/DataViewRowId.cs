using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>The 128-bit identity of a row. Derived identities follow the mixing steps of MurmurHash3 (x64, 128 bits).</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    /// <summary>The low 64 bits.</summary>
    public readonly ulong Low;

    /// <summary>The high 64 bits.</summary>
    public readonly ulong High;

    /// <summary>Makes an identity of two halves.</summary>
    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    /// <summary>The identity mixed with a block of zero bits in its low half and one in its high half.</summary>
    public DataViewRowId Fork()
    {
        var next = Next();
        return new DataViewRowId(next.Low ^ BitOperations.RotateLeft(C1, 31) * C2, next.High);
    }

    /// <summary>The identity mixed with a block of zeros.</summary>
    public DataViewRowId Next() => Mix(0, 0);

    /// <summary>An identity for the pair of this and <paramref name="other"/>.</summary>
    public DataViewRowId Combine(DataViewRowId other)
    {
        var block = other.Fork();
        return Mix(BitOperations.RotateLeft(block.Low * C1, 31) * C2, BitOperations.RotateLeft(block.High * C2, 33) * C1);
    }

    private DataViewRowId Mix(ulong k1, ulong k2)
    {
        ulong low = (BitOperations.RotateLeft(Low ^ k1, 27) + High) * 5 + 0x52dce729;
        ulong high = (BitOperations.RotateLeft(High ^ k2, 31) + low) * 5 + 0x38495ab5;
        return new DataViewRowId(low, high);
    }

    /// <summary>Orders by the high half, then by the low half.</summary>
    public int CompareTo(DataViewRowId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <inheritdoc/>
    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DataViewRowId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Low, High);

    /// <inheritdoc/>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
