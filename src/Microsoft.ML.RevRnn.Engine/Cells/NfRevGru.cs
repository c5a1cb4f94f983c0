using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// NF-RevGRU: RevGRU without forgetting (MacKay et al. 2018, section 4). For each half, with the gates of RevGRU, h := h + (1 - z) g: z only says
/// how little is added. Going back is subtraction, so there are no lost bits; but nothing bounds the state.
/// </summary>
internal sealed unsafe class NfRevGru<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
    : CoupledGru<TFloat, TInt, TState>(shape, limit, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    protected override void ForwardHalf(in CellStep step, int half, int begin, int end)
    {
        var block = Shape.BlockStride;
        var largest = TInt.Broadcast(0);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            Tanh(gates + 2 * block, gates + 2 * block, block);
            largest = TInt.Max(largest, Update(gates, step.HiddenState + offset, step.HiddenAfter + offset));
        }
        CheckRange(largest);
    }

    protected override void ReverseHalf(in CellStep step, int half, int begin, int end)
    {
        var block = Shape.BlockStride;
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            Tanh(gates + 2 * block, gates + 2 * block, block);
            Revert(gates, step.HiddenState + offset, step.HiddenBefore + offset);
        }
    }

    /// <summary>Through h = h' + (1 - z) g: gradients by z and g; that by h' is that by h.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected override void BackwardUpdate(float* gates, float* before, float* dHidden)
    {
        var block = Shape.BlockStride;
        var range = TFloat.Broadcast(Range);
        var one = TFloat.Broadcast(1f);
        var zero = TFloat.Broadcast(0f);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var z = TFloat.Load(gates + u);
            var g = TFloat.Load(gates + 2 * block + u);
            var dh = TFloat.Load(dHidden + u);
            (dh * (zero - g) * LimitedSigmoidSlope(z, range)).Store(gates + u);
            (dh * (one - z) * TanhSlope(g)).Store(gates + 2 * block + u);
        }
    }

    /// <summary>h := h + (1 - z) g. Returns the largest magnitude of h.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TInt Update(float* gates, int* hidden, float* after)
    {
        var block = Shape.BlockStride;
        var one = TFloat.Broadcast(1f);
        var largest = TInt.Broadcast(0);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var h = TState.Add(TInt.Load(hidden + u), (one - TFloat.Load(gates + u)) * TFloat.Load(gates + 2 * block + u));
            h.Store(hidden + u);
            TState.ToFloat(h).Store(after + u);
            largest = TInt.Max(largest, TInt.Abs(h));
        }
        return largest;
    }

    /// <summary>Undoes <see cref="Update"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Revert(float* gates, int* hidden, float* before)
    {
        var block = Shape.BlockStride;
        var one = TFloat.Broadcast(1f);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var h = TState.Subtract(TInt.Load(hidden + u), (one - TFloat.Load(gates + u)) * TFloat.Load(gates + 2 * block + u));
            h.Store(hidden + u);
            TState.ToFloat(h).Store(before + u);
        }
    }
}
