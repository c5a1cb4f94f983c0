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
    public override void ForgetFactors(float* gates, float* factors, int length)
    {
        var minimum = TFloat.Broadcast(1f);
        var maximum = TFloat.Broadcast(Limits.Maximum);
        for (var u = 0; u < length; u += TFloat.Count)
            TState.Factor(TState.Quantize(TFloat.Load(gates + u), minimum, maximum)).Store(factors + u);
    }

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

    /// <summary>Throws if any state came near the end of its range, where the next update could wrap.</summary>
    protected void CheckRange(TInt largest)
    {
        if (TState.IsFixedPoint && TInt.WhereLess(TInt.Broadcast(FixedPoint.StateLimit), largest) != 0)
        {
            throw new ReversalException(Shape.Spec.IsNoForgetting
                ? $"A state of {Shape.Kind}, a no-forgetting cell, outgrew the fixed-point range of +-{1 << (31 - FixedPoint.StateBits)}: nothing bounds it, " +
                $"and each step adds up to 1. Use shorter texts, or a cell that forgets: {CellKind.RevLstm} or {CellKind.RevGru}."
                : $"A hidden or cell state grew beyond {FixedPoint.StateLimit / FixedPoint.StateOne}, the range of its fixed-point format. " +
                "Gates keep states far below it, so memory was damaged; please report this.");
        }
    }
}
