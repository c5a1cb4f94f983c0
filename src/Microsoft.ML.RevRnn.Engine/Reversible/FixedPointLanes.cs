using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>Conversions between floats and the fixed-point formats, and the fill that a multiplication adds to its lane.</summary>
internal static class FixedPointLanes
{
    /// <summary>State to float. Beyond 24 significant bits this rounds, harmlessly: it is a function of the integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat ToFloat<TFloat, TInt>(TInt state)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        => TFloat.FromInt(state) * TFloat.Broadcast(1f / FixedPoint.StateOne);

    /// <summary>Float to state, halves to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt FromFloat<TFloat, TInt>(TFloat value)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        => TFloat.Round(value * TFloat.Broadcast(FixedPoint.StateOne)).ToInt();

    /// <summary>Gate in [0, 1] to the integer Z, held as a float: at most <paramref name="maximum"/>, and at least <paramref name="minimum"/> whatever that is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Quantize<TFloat, TInt>(TFloat gate, TFloat minimum, TFloat maximum)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        => TFloat.Max(TFloat.Min(TFloat.Round(gate * TFloat.Broadcast(FixedPoint.GateOne)), maximum), minimum);

    /// <summary>
    /// log2(1024 / Z + 2^-18) scaled by 2^<see cref="LostBitLanes.FillScaleBits"/>, or up to four units more: never less, else a lane could
    /// outgrow its bound. Z = 2^e (1 + f); log2(1 + f) = f p(f) with p of degree 6 (relative error 1.5e-6), lowered by 2^-15 to a lower bound;
    /// one unit covers the 2^-18.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt LostBits<TFloat, TInt>(TFloat gate)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        const float Scale = (1 << LostBitLanes.FillScaleBits) * (1f - 1f / 32768f);
        var (exponent, f, p) = Logarithm<TFloat, TInt>(gate);
        // Rounding x - 1/2 to nearest, halves to even, never exceeds x, and gives 0 for 0.
        var fraction = TFloat.Round(TFloat.FusedMultiplyAdd(f * p, TFloat.Broadcast(Scale), TFloat.Broadcast(-0.5f))).ToInt();
        return ((TInt.Broadcast(FixedPoint.GateBits) - exponent) << LostBitLanes.FillScaleBits) - fraction + TInt.Broadcast(1);
    }

    /// <summary>
    /// log2 n of an integer n from 1 to 1024, scaled by 2^<see cref="LostBitLanes.FillScaleBits"/>, or up to three units more, and never less: the logarithm as in
    /// <see cref="LostBits"/>, raised by 2^-15 to an upper bound. 0 for 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt RadixBits<TFloat, TInt>(TFloat radix)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        const float Scale = (1 << LostBitLanes.FillScaleBits) * (1f + 1f / 32768f);
        var (exponent, f, p) = Logarithm<TFloat, TInt>(radix);
        // Rounding x + 1/2 to nearest, halves to even, is never below x, and gives 0 for 0.
        var fraction = TFloat.Round(TFloat.FusedMultiplyAdd(f * p, TFloat.Broadcast(Scale), TFloat.Broadcast(0.5f))).ToInt();
        return (exponent << LostBitLanes.FillScaleBits) + fraction;
    }

    /// <summary>e, f and p of value = 2^e (1 + f), log2(1 + f) = f p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TInt Exponent, TFloat F, TFloat P) Logarithm<TFloat, TInt>(TFloat value)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        const int One = 0x3F800000;
        var bits = value.Bits();
        var exponent = (bits >> 23) - TInt.Broadcast(127);
        var f = TFloat.FromBits((bits & TInt.Broadcast(0x7FFFFF)) ^ TInt.Broadcast(One)) - TFloat.Broadcast(1f);
        var p = TFloat.Broadcast(0.020016649997648156f);
        p = TFloat.FusedMultiplyAdd(p, f, TFloat.Broadcast(-0.0946268097370113f));
        p = TFloat.FusedMultiplyAdd(p, f, TFloat.Broadcast(0.21394321218015463f));
        p = TFloat.FusedMultiplyAdd(p, f, TFloat.Broadcast(-0.3383771976574389f));
        p = TFloat.FusedMultiplyAdd(p, f, TFloat.Broadcast(0.477496363681335f));
        p = TFloat.FusedMultiplyAdd(p, f, TFloat.Broadcast(-0.7211440921784723f));
        p = TFloat.FusedMultiplyAdd(p, f, TFloat.Broadcast(1.4426929832052033f));
        return (exponent, f, p);
    }
}
