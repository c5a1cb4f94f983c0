namespace Microsoft.ML.RevRnn.Compute;

/// <summary>A register's worth of 32-bit integers: the fixed-point state, or the bits of a float lane. Arithmetic wraps.</summary>
internal unsafe interface IIntLane<TSelf>
    where TSelf : struct, IIntLane<TSelf>
{
    static abstract TSelf Load(int* source);

    static abstract TSelf Broadcast(int value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    static abstract TSelf operator <<(TSelf value, int count);

    /// <summary>Arithmetic shift: rounds towards negative infinity.</summary>
    static abstract TSelf operator >>(TSelf value, int count);

    static abstract TSelf operator >>>(TSelf value, int count);

    static abstract TSelf Max(TSelf left, TSelf right);

    static abstract TSelf Abs(TSelf value);

    /// <summary>left &lt; right, a bit a lane, the first lane's lowest.</summary>
    static abstract uint WhereLess(TSelf left, TSelf right);

    void Store(int* destination);
}
