using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// Fixed-point states whose multiplication is that of prediction, h := floor(h Z / 1024), to the bit (<see cref="InferenceState{TFloat, TInt}"/>), and is undone all the
/// same: of the n states that it maps to the same result, n following from the result and Z alone, the number of the one that was goes into the lost-bit lanes as a
/// digit of base n, B := n B + digit. So a row's states depend on no other row, and other devices arrive at the same ones, however they keep the digits.
/// </summary>
/// <remarks>
/// With h = 1024 q + r and t = floor(r Z / 1024) the result is Z q + t with t below Z, and the states that lead to it are those with r from ceil(1024 t / Z) to
/// ceil(1024 (t + 1) / Z) - 1. Digits cost sum log2 n, which is sum -log2 z where n is the same for all t, and else somewhat more: the cost of digits that no one shares.
/// <para>
/// The bound of <see cref="LostBitLanes"/> holds: B is at most n (B + 1) - 1 afterwards, so its logarithm grows by at most <see cref="FixedPointLanes.RadixBits"/>.
/// </para>
/// </remarks>
internal readonly struct PreimageState<TFloat, TInt, TWide> : IStateArithmetic<TFloat, TInt>
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
        var digit = state & TInt.Broadcast(FixedPoint.GateOne - 1);
        var low = (digit * z) >> FixedPoint.GateBits;
        var (first, count) = Preimages(low, quantizedGate);
        TWide.FusedMultiplyAdd(TWide.Load(lanes.Digits + lane), TWide.FromInt(count.ToInt()), TWide.FromInt(digit - first)).Store(lanes.Digits + lane);
        var fill = TInt.Load(lanes.Fill + lane) + FixedPointLanes.RadixBits<TFloat, TInt>(count);
        fill.Store(lanes.Fill + lane);
        if (TInt.WhereLess(TInt.Broadcast(LostBitLanes.Drop - 1), fill) is not 0 and var full)
            lanes.MoveOut(lane, full);
        return (state >> FixedPoint.GateBits) * z + low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe TInt Unmultiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane)
    {
        var z = quantizedGate.ToInt();
        var quotient = TWide.Floor(TWide.FromInt(state) / TWide.FromInt(z)).ToInt();
        var (first, count) = Preimages(state - quotient * z, quantizedGate);
        var fill = TInt.Load(lanes.Fill + lane) - FixedPointLanes.RadixBits<TFloat, TInt>(count);
        fill.Store(lanes.Fill + lane);
        if (TInt.WhereLess(fill, TInt.Broadcast(0)) is not 0 and var empty)
            lanes.TakeBack(lane, empty);
        var digits = TWide.Load(lanes.Digits + lane);
        var radix = TWide.FromInt(count.ToInt());
        // Correctly rounded division of an integer below 2^52 by one up to 2^10 cannot round up to the next integer, so this floor is exact.
        var left = TWide.Floor(digits / radix);
        left.Store(lanes.Digits + lane);
        var number = TWide.FusedMultiplyAdd(left * TWide.Broadcast(-1), radix, digits).ToInt();
        return (quotient << FixedPoint.GateBits) + first + number;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Add(TInt state, TFloat update) => state + FixedPointLanes.FromFloat<TFloat, TInt>(update);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Subtract(TInt state, TFloat update) => state - FixedPointLanes.FromFloat<TFloat, TInt>(update);

    /// <summary>
    /// The least r with floor(r Z / 1024) = low, and how many there are. 1024 low / Z is an integer or at least 1/1023 away from one, and computed here to 2^-13,
    /// so rounding it up is rounding to nearest after adding somewhat less than 1/2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TInt First, TFloat Count) Preimages(TInt low, TFloat quantizedGate)
    {
        var width = TFloat.Broadcast(FixedPoint.GateOne) / quantizedGate;
        var up = TFloat.Broadcast(0.5f - 1f / 2048);
        var position = TFloat.FromInt(low);
        var first = TFloat.Round(TFloat.FusedMultiplyAdd(position, width, up));
        var next = TFloat.Round(TFloat.FusedMultiplyAdd(position + TFloat.Broadcast(1f), width, up));
        return (first.ToInt(), next - first);
    }
}
