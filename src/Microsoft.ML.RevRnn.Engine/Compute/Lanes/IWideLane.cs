namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// As many double-precision values as a float lane has elements, in two registers. Integers below 2^53 are exact in it, which is what the
/// digit exchange of the lost-bit lanes needs and what no vector instruction set offers for integer division.
/// </summary>
internal unsafe interface IWideLane<TSelf, TInt>
    where TSelf : struct, IWideLane<TSelf, TInt>
    where TInt : struct
{
    static abstract TSelf Load(double* source);

    static abstract TSelf Broadcast(double value);

    static abstract TSelf FromInt(TInt value);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    static abstract TSelf Floor(TSelf value);

    void Store(double* destination);

    /// <summary>The value as an integer; it must be integral and within the range of <see cref="int"/>.</summary>
    TInt ToInt();
}
