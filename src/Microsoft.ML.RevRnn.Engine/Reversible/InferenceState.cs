using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// Fixed-point states that only run forward: the multiplication is floor(h Z / 1024), which needs no lanes, so a row's result does not
/// depend on the rows beside it. It differs from <see cref="ReversibleState{TFloat, TInt, TWide}"/> by less than Z units of the last place, 2^-13.
/// </summary>
internal readonly struct InferenceState<TFloat, TInt> : IStateArithmetic<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    public static bool IsFixedPoint => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat ToFloat(TInt state) => FixedPointLanes.ToFloat<TFloat, TInt>(state);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Quantize(TFloat gate, TFloat minimum, TFloat maximum) => FixedPointLanes.Quantize<TFloat, TInt>(gate, minimum, maximum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Factor(TFloat quantizedGate) => quantizedGate * TFloat.Broadcast(1f / FixedPoint.GateOne);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Multiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane)
    {
        var z = quantizedGate.ToInt();
        var digit = state & TInt.Broadcast(FixedPoint.GateOne - 1);
        return (state >> FixedPoint.GateBits) * z + ((digit * z) >> FixedPoint.GateBits);
    }

    public static TInt Unmultiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane) =>
        throw new NotSupportedException("Inference keeps no lost bits and cannot be reversed.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Add(TInt state, TFloat update) => state + FixedPointLanes.FromFloat<TFloat, TInt>(update);

    public static TInt Subtract(TInt state, TFloat update) =>
        throw new NotSupportedException("Inference keeps no lost bits and cannot be reversed.");
}
