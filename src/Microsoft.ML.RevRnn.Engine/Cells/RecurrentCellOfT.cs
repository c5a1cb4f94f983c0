using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>What the cells share once the lanes and the state's arithmetic are known.</summary>
internal abstract unsafe class RecurrentCell<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
    : RecurrentCell(shape, limit, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Materialize(int* state, float* values, int begin, int end)
    {
        var last = (long)end * Shape.StateStride;
        for (var i = (long)begin * Shape.StateStride; i < last; i += TFloat.Count)
            TState.ToFloat(TInt.Load(state + i)).Store(values + i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override ulong Checksum(int* state, int begin, int end)
    {
        var sum = 0UL;
        var digest = stackalloc int[LostBitLanes.Count];
        for (var b = begin; b < end; b++)
        {
            var row = state + (nint)b * Shape.StateStride;
            for (var lane = 0; lane < LostBitLanes.Count; lane += TFloat.Count)
            {
                var hash = TInt.Broadcast(b);
                for (var u = lane; u < Shape.StateStride; u += LostBitLanes.Count)
                    hash = (hash + TInt.Load(row + u)) * TInt.Broadcast(unchecked((int)0x9E3779B1));
                hash.Store(digest + lane);
            }
            for (var lane = 0; lane < LostBitLanes.Count; lane += 2)
                sum += CounterRandom.Mix((ulong)(uint)digest[lane] << 32 | (uint)digest[lane + 1]) + (ulong)lane;
        }
        return sum;
    }

    /// <summary>Lane of the lost-bit store for the register that begins at unit <paramref name="unit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int Lane(int unit) => unit % LostBitLanes.Count;

    // The sweeps below go over one row's block of units each. They are separate methods because the just-in-time compiler stops inlining
    // lane operations where a method grows too large, which costs far more than passing over a row again in the first-level cache.

    /// <summary>z = m sigmoid(a) + (1 - m) in place: a gate that forgets a limited number of bits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected static void LimitedSigmoid(float* values, int length, float range)
    {
        var m = TFloat.Broadcast(range);
        var least = TFloat.Broadcast(1f) - m;
        for (var i = 0; i < length; i += TFloat.Count)
            TFloat.FusedMultiplyAdd(m, LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(values + i)), least).Store(values + i);
    }

    /// <summary>sigmoid(a) in place.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected static void Sigmoid(float* values, int length)
    {
        for (var i = 0; i < length; i += TFloat.Count)
            LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(values + i)).Store(values + i);
    }

    /// <summary>target = tanh(source).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected static void Tanh(float* source, float* target, int length)
    {
        for (var i = 0; i < length; i += TFloat.Count)
            LaneMath.Tanh<TFloat, TInt>(TFloat.Load(source + i)).Store(target + i);
    }

    /// <summary>dz/da = m s (1 - s) = (z - (1 - m)) (1 - z) / m, with s = sigmoid(a).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TFloat LimitedSigmoidSlope(TFloat z, TFloat range)
    {
        var one = TFloat.Broadcast(1f);
        return (z - (one - range)) * (one - z) / range;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TFloat SigmoidSlope(TFloat s) => s * (TFloat.Broadcast(1f) - s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TFloat TanhSlope(TFloat g) => TFloat.Broadcast(1f) - g * g;

    /// <summary>Throws if any state came near the end of its range, where the next update could wrap.</summary>
    protected void CheckRange(TInt largest)
    {
        if (TState.IsFixedPoint && TInt.AnyLess(TInt.Broadcast(FixedPoint.StateLimit), largest))
        {
            throw new ReversalException(Shape.IsNoForgetting
                ? $"A state of {Shape.Kind}, a no-forgetting cell, outgrew the fixed-point range of +-{1 << (31 - FixedPoint.StateBits)}: nothing bounds it, " +
                $"and each step adds up to 1. Use shorter texts, or a cell that forgets: {CellKind.RevLstm} or {CellKind.RevGru}."
                : $"A hidden or cell state grew beyond {FixedPoint.StateLimit / FixedPoint.StateOne}, the range of its fixed-point format. " +
                "Gates keep states far below it, so memory was damaged; please report this.");
        }
    }
}
