using System.Runtime.CompilerServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// Transcendental functions over lanes. They use correctly rounded operations only and have no scalar tail, so a value gives
/// the same bits in whatever lane, at whatever width and as often as it is computed: reversal depends on that.
/// </summary>
internal static class LaneMath
{
    /// <summary>e^x, relative error below 2e-7; x is clamped to [-87, 88].</summary>
    /// <remarks>x = n ln 2 + r with |r| at most ln 2 / 2; e^r by the degree-7 minimax polynomial of Cephes' expf; 2^n through the exponent bits.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Exp<TFloat, TInt>(TFloat x)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        x = TFloat.Min(TFloat.Max(x, TFloat.Broadcast(-87f)), TFloat.Broadcast(88f));
        var n = TFloat.Round(x * TFloat.Broadcast(1.44269504f));
        var r = TFloat.FusedMultiplyAdd(n, TFloat.Broadcast(-0.693359375f), x);
        r = TFloat.FusedMultiplyAdd(n, TFloat.Broadcast(2.12194440e-4f), r);
        var p = TFloat.Broadcast(1.9875691500e-4f);
        p = TFloat.FusedMultiplyAdd(p, r, TFloat.Broadcast(1.3981999507e-3f));
        p = TFloat.FusedMultiplyAdd(p, r, TFloat.Broadcast(8.3334519073e-3f));
        p = TFloat.FusedMultiplyAdd(p, r, TFloat.Broadcast(4.1665795894e-2f));
        p = TFloat.FusedMultiplyAdd(p, r, TFloat.Broadcast(1.6666665459e-1f));
        p = TFloat.FusedMultiplyAdd(p, r, TFloat.Broadcast(5.0000001201e-1f));
        p = TFloat.FusedMultiplyAdd(p * r, r, r + TFloat.Broadcast(1f));
        return p * TFloat.FromBits((n.ToInt() + TInt.Broadcast(127)) << 23);
    }

    /// <summary>1 / (1 + e^-x), absolute error below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Sigmoid<TFloat, TInt>(TFloat x)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        var one = TFloat.Broadcast(1f);
        return one / (one + Exp<TFloat, TInt>(TFloat.Broadcast(0f) - x));
    }

    /// <summary>1 - 2 / (1 + e^2x), absolute error below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Tanh<TFloat, TInt>(TFloat x)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        var one = TFloat.Broadcast(1f);
        return one - TFloat.Broadcast(2f) / (one + Exp<TFloat, TInt>(x + x));
    }
}
