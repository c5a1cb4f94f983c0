using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// Algorithm 1 of MacKay et al. 2018: fixed-point states whose multiplication by a gate exchanges digits with the lost-bit lanes.
/// With h = 1024 q + r: B := 1024 B + r; h := Z q + (B mod Z); B := B div Z.
/// </summary>
internal readonly struct ReversibleState<TFloat, TInt, TWide> : IStateArithmetic<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TWide : struct, IWideLane<TWide, TInt>
{
    public static bool IsFixedPoint => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat ToFloat(TInt state) => FixedPointLanes.ToFloat<TFloat, TInt>(state);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Quantize(TFloat gate, TFloat minimum, TFloat maximum) => FixedPointLanes.Quantize<TFloat, TInt>(gate, minimum, maximum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Factor(TFloat quantizedGate) => quantizedGate * TFloat.Broadcast(1f / FixedPoint.GateOne);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe TInt Multiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane)
    {
        var z = quantizedGate.ToInt();
        var divisor = TWide.FromInt(z);
        var digit = state & TInt.Broadcast(FixedPoint.GateOne - 1);
        var taken = TWide.FusedMultiplyAdd(TWide.Load(lanes.Digits + lane), TWide.Broadcast(FixedPoint.GateOne), TWide.FromInt(digit));
        // Correctly rounded division of an integer below 2^52 by one up to 2^10 cannot round up to the next integer, so this floor is exact.
        var quotient = TWide.Floor(taken / divisor);
        var given = TWide.FusedMultiplyAdd(quotient * TWide.Broadcast(-1), divisor, taken).ToInt();
        quotient.Store(lanes.Digits + lane);
        var fill = TInt.Load(lanes.Fill + lane) + FixedPointLanes.LostBits<TFloat, TInt>(quantizedGate);
        fill.Store(lanes.Fill + lane);
        if (TInt.WhereLess(TInt.Broadcast(LostBitLanes.Drop - 1), fill) is not 0 and var full)
            lanes.MoveOut(lane, full);
        return (state >> FixedPoint.GateBits) * z + given;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe TInt Unmultiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane)
    {
        var z = quantizedGate.ToInt();
        var fill = TInt.Load(lanes.Fill + lane) - FixedPointLanes.LostBits<TFloat, TInt>(quantizedGate);
        fill.Store(lanes.Fill + lane);
        if (TInt.WhereLess(fill, TInt.Broadcast(0)) is not 0 and var empty)
            lanes.TakeBack(lane, empty);
        var divisor = TWide.FromInt(z);
        var quotient = TWide.Floor(TWide.FromInt(state) / divisor).ToInt();
        var taken = TWide.FusedMultiplyAdd(TWide.Load(lanes.Digits + lane), divisor, TWide.FromInt(state - quotient * z));
        var digits = TWide.Floor(taken * TWide.Broadcast(1.0 / FixedPoint.GateOne));
        digits.Store(lanes.Digits + lane);
        var digit = TWide.FusedMultiplyAdd(digits, TWide.Broadcast(-FixedPoint.GateOne), taken).ToInt();
        return (quotient << FixedPoint.GateBits) + digit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Add(TInt state, TFloat update) => state + FixedPointLanes.FromFloat<TFloat, TInt>(update);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Subtract(TInt state, TFloat update) => state - FixedPointLanes.FromFloat<TFloat, TInt>(update);
}
