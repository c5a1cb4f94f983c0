namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// A register's worth of single-precision values. The elementwise mathematics of every cell is written once over this interface;
/// the just-in-time compiler specialises it to 512, 256 or 128 bits.
/// </summary>
/// <remarks>Every operation is a correctly rounded IEEE operation, so all widths give the same bits.</remarks>
internal unsafe interface IFloatLane<TSelf, TInt>
    where TSelf : struct, IFloatLane<TSelf, TInt>
    where TInt : struct
{
    static abstract int Count { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Broadcast(float value);

    static abstract TSelf FromInt(TInt value);

    static abstract TSelf FromBits(TInt bits);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Max(TSelf left, TSelf right);

    static abstract TSelf SquareRoot(TSelf value);

    /// <summary>Rounds to the nearest integer, halves to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>left &gt; right ? whenTrue : whenFalse, lane by lane.</summary>
    static abstract TSelf WhereGreater(TSelf left, TSelf right, TSelf whenTrue, TSelf whenFalse);

    void Store(float* destination);

    /// <summary>The value as an integer; it must be integral and within the range of <see cref="int"/>.</summary>
    TInt ToInt();

    TInt Bits();
}
