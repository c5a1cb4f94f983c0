using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// RevGRU (MacKay et al. 2018, section 3.1). Half 1 reads the old second half of h, half 2 the new first half; call it k. For each half:
/// z = lim(a_z), r = sigmoid(a_r), g = tanh(x U_x + (r k) U_h + b); h := z h + (1 - z) g. z is the forget gate: it keeps.
/// With one half, which reads itself, k = h, and without limit or quantisation it is the ordinary GRU.
/// </summary>
internal sealed unsafe class RevGru<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
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
            largest = TInt.Max(largest, Update(gates, step.HiddenState + offset, step.HiddenAfter + offset, step.LostBits.LanesOfRow(b)));
        }
        CheckRange(largest);
    }

    protected override void ReverseHalf(in CellStep step, int half, int begin, int end)
    {
        var block = Shape.BlockStride;
        for (var b = end - 1; b >= begin; b--)
        {
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            Tanh(gates + 2 * block, gates + 2 * block, block);
            Revert(gates, step.HiddenState + offset, step.HiddenBefore + offset, step.LostBits.LanesOfRow(b));
        }
    }

    /// <summary>h := z h + (1 - z) g. Returns the largest magnitude of h.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TInt Update(float* gates, int* hidden, float* after, LostBitLanes lanes)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        var one = TFloat.Broadcast(1f);
        var largest = TInt.Broadcast(0);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var z = TFloat.Load(gates + u);
            var h = TState.Multiply(TInt.Load(hidden + u), TState.Quantize(z, TFloat.Load(minimum + u), maximum), lanes, Lane(u));
            h = TState.Add(h, (one - z) * TFloat.Load(gates + 2 * block + u));
            h.Store(hidden + u);
            TState.ToFloat(h).Store(after + u);
            largest = TInt.Max(largest, TInt.Abs(h));
        }
        return largest;
    }

    /// <summary>Undoes <see cref="Update"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Revert(float* gates, int* hidden, float* before, LostBitLanes lanes)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        var one = TFloat.Broadcast(1f);
        for (var u = block - TFloat.Count; u >= 0; u -= TFloat.Count)
        {
            var z = TFloat.Load(gates + u);
            var h = TState.Subtract(TInt.Load(hidden + u), (one - z) * TFloat.Load(gates + 2 * block + u));
            h = TState.Unmultiply(h, TState.Quantize(z, TFloat.Load(minimum + u), maximum), lanes, Lane(u));
            h.Store(hidden + u);
            TState.ToFloat(h).Store(before + u);
        }
    }

    /// <summary>Through h = z h' + (1 - z) g: gradients by z, g and h'.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected override void BackwardUpdate(float* gates, float* before, float* dHidden)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        var range = TFloat.Broadcast(Range);
        var one = TFloat.Broadcast(1f);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var z = TFloat.Load(gates + u);
            var g = TFloat.Load(gates + 2 * block + u);
            var dh = TFloat.Load(dHidden + u);
            (dh * (TFloat.Load(before + u) - g) * LimitedSigmoidSlope(z, range)).Store(gates + u);
            (dh * (one - z) * TanhSlope(g)).Store(gates + 2 * block + u);
            (dh * TState.Factor(TState.Quantize(z, TFloat.Load(minimum + u), maximum))).Store(dHidden + u);
        }
    }
}
