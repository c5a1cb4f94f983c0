using System.Numerics;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Algorithm 1 of MacKay et al. 2018 as it is printed: one unit, a buffer integer without bound.</summary>
internal sealed class UnboundedAlgorithm1(BigInteger state, BigInteger buffer = default)
{
    private static readonly BigInteger _gateOne = 1024;

    public BigInteger State { get; private set; } = state;

    public BigInteger Buffer { get; private set; } = buffer;

    public void Add(BigInteger update) => State += update;

    public void Multiply(int z)
    {
        Buffer *= _gateOne;
        Buffer += Modulus(State, _gateOne);
        State = Floor(State, _gateOne);
        State *= z;
        State += Modulus(Buffer, z);
        Buffer = Floor(Buffer, z);
    }

    public void Unmultiply(int z)
    {
        Buffer *= z;
        Buffer += Modulus(State, z);
        State = Floor(State, z);
        State *= _gateOne;
        State += Modulus(Buffer, _gateOne);
        Buffer = Floor(Buffer, _gateOne);
    }

    private static BigInteger Modulus(BigInteger value, BigInteger divisor)
    {
        var remainder = BigInteger.Remainder(value, divisor);
        return remainder.Sign < 0 ? remainder + divisor : remainder;
    }

    private static BigInteger Floor(BigInteger value, BigInteger divisor) => (value - Modulus(value, divisor)) / divisor;
}
