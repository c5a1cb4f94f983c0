using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>Unquantised states: the bits of a float. Not reversible; the reference that the equations are checked with.</summary>
internal readonly struct FloatState<TFloat, TInt> : IStateArithmetic<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    public static bool IsFixedPoint => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat ToFloat(TInt state) => TFloat.FromBits(state);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Quantize(TFloat gate, TFloat minimum, TFloat maximum) => gate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Factor(TFloat quantizedGate) => quantizedGate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Multiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane) =>
        (TFloat.FromBits(state) * quantizedGate).Bits();

    public static TInt Unmultiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane) =>
        throw new NotSupportedException("Floating-point states cannot be reversed.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Add(TInt state, TFloat update) => (TFloat.FromBits(state) + update).Bits();

    public static TInt Subtract(TInt state, TFloat update) =>
        throw new NotSupportedException("Floating-point states cannot be reversed.");
}
