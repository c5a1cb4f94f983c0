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
    : RecurrentCell<TFloat, TInt, TState>(shape, limit, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public override void Forward(in CellStep step, int begin, int end)
    {
        Gates(step, ReadByFirst(step), 0, begin, end);
        ForwardHalf(step, 0, begin, end);
        if (Shape.Halves == 1)
            return;
        Gates(step, step.HiddenAfter, 1, begin, end);
        ForwardHalf(step, 1, begin, end);
    }

    public override void Reverse(in CellStep step, int begin, int end)
    {
        Gates(step, step.HiddenAfter, 1, begin, end);
        ReverseHalf(step, 1, begin, end);
        Gates(step, ReadByFirst(step), 0, begin, end);
        ReverseHalf(step, 0, begin, end);
    }

    public override void Backward(in CellStep step, int begin, int end)
    {
        if (Shape.Halves == 2)
            BackwardHalf(step, 1, step.HiddenAfter, step.HiddenGradient2, step.HiddenGradient1, begin, end);
        var ofRead = Shape.Halves == 2 ? step.HiddenGradient2 : step.HiddenGradient1;
        BackwardHalf(step, 0, ReadByFirst(step), step.HiddenGradient1, ofRead, begin, end);
    }

    /// <summary>The state that half 1 reads: half 2's, or its own where it is all there is.</summary>
    private float* ReadByFirst(in CellStep step) => step.HiddenBefore + (Shape.Halves - 1) * Shape.HalfStride;

    /// <summary>All of a half but its update: z and r as gates, the candidate as its pre-activation.</summary>
    private void Gates(in CellStep step, float* other, int half, int begin, int end)
    {
        var row = Shape.GateRow;
        var block = Shape.BlockStride;
        var first = step.Gates + (nint)begin * row + half * Shape.GateStride;
        Kernel.Multiply(end - begin, Shape.Half, other + (nint)begin * Shape.StateStride, Shape.StateStride, 1,
            Weights.Hidden[half], 0, 0, 2 * block, first, row, first, row);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * row + half * Shape.GateStride;
            LimitedSigmoid(gates, block, Range);
            Sigmoid(gates + block, block);
            Multiply(gates + block, other + (nint)b * Shape.StateStride, step.Reset + (nint)b * Shape.StateStride + half * Shape.HalfStride, block);
        }
        var candidate = first + 2 * block;
        Kernel.Multiply(end - begin, Shape.Half, step.Reset + (nint)begin * Shape.StateStride + half * Shape.HalfStride, Shape.StateStride, 1,
            Weights.Hidden[half], 0, 2 * block, Shape.GateStride - 2 * block, candidate, row, candidate, row);
    }

    private void ForwardHalf(in CellStep step, int half, int begin, int end)
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

    private void ReverseHalf(in CellStep step, int half, int begin, int end)
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

    /// <summary>product = left * right.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Multiply(float* left, float* right, float* product, int length)
    {
        for (var i = 0; i < length; i += TFloat.Count)
            (TFloat.Load(left + i) * TFloat.Load(right + i)).Store(product + i);
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

    private void BackwardHalf(in CellStep step, int half, float* other, float* ownGradient, float* otherGradient, int begin, int end)
    {
        var row = Shape.GateRow;
        var block = Shape.BlockStride;
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * row + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            BackwardUpdate(gates, step.HiddenBefore + offset, ownGradient + (nint)b * Shape.HalfStride);
            Multiply(gates + block, other + (nint)b * Shape.StateStride, step.Reset + offset, block);
        }

        var m = end - begin;
        var first = step.Gates + (nint)begin * row + half * Shape.GateStride;
        Kernel.Multiply(m, block, first + 2 * block, row, 1, Weights.HiddenTransposed[half], 2 * block, 0, Shape.HalfStride,
            null, 0, step.Scratch + (nint)begin * Shape.HalfStride, Shape.HalfStride);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * row + half * Shape.GateStride;
            var gradient = (nint)b * Shape.HalfStride;
            BackwardReset(gates + block, other + (nint)b * Shape.StateStride, step.Scratch + gradient, otherGradient + gradient);
        }
        var target = otherGradient + (nint)begin * Shape.HalfStride;
        Kernel.Multiply(m, 2 * block, first, row, 1, Weights.HiddenTransposed[half], 0, 0, Shape.HalfStride,
            target, Shape.HalfStride, target, Shape.HalfStride);
    }

    /// <summary>Through h = z h' + (1 - z) g: gradients by z, g and h'.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BackwardUpdate(float* gates, float* before, float* dHidden)
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

    /// <summary>Through r k, from its gradient: gradients by r, in place, and by k, added.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BackwardReset(float* reset, float* hidden, float* dProduct, float* dHidden)
    {
        for (var u = 0; u < Shape.BlockStride; u += TFloat.Count)
        {
            var r = TFloat.Load(reset + u);
            var d = TFloat.Load(dProduct + u);
            TFloat.FusedMultiplyAdd(d, r, TFloat.Load(dHidden + u)).Store(dHidden + u);
            (d * TFloat.Load(hidden + u) * SigmoidSlope(r)).Store(reset + u);
        }
    }
}
