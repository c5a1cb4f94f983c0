using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// RevGRU (MacKay et al. 2018, section 3.1). Half 1 reads the old second half of h, half 2 the new first half; call it k. For each half:
/// z = lim(a_z), r = sigmoid(a_r), g = tanh(x U_x + (r k) U_h + b); h := z h + (1 - z) g. z is the forget gate: it keeps.
/// </summary>
internal sealed unsafe class RevGru<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
    : ReversibleCell<TFloat, TInt, TState>(shape, limit, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public override void Forward(in CellStep step, int begin, int end)
    {
        Gates(step, step.HiddenBefore + Shape.HalfStride, 0, begin, end);
        ForwardHalf(step, 0, begin, end);
        Gates(step, step.HiddenAfter, 1, begin, end);
        ForwardHalf(step, 1, begin, end);
    }

    public override void Reverse(in CellStep step, int begin, int end)
    {
        Gates(step, step.HiddenAfter, 1, begin, end);
        ReverseHalf(step, 1, begin, end);
        Gates(step, step.HiddenBefore + Shape.HalfStride, 0, begin, end);
        ReverseHalf(step, 0, begin, end);
    }

    public override void Backward(in CellStep step, int begin, int end)
    {
        BackwardHalf(step, 1, step.HiddenAfter, step.HiddenGradient2, step.HiddenGradient1, begin, end);
        BackwardHalf(step, 0, step.HiddenBefore + Shape.HalfStride, step.HiddenGradient1, step.HiddenGradient2, begin, end);
    }

    /// <summary>All of a half but its update: z and r as gates, the candidate as its pre-activation.</summary>
    private void Gates(in CellStep step, float* other, int half, int begin, int end)
    {
        var row = 2 * Shape.GateStride;
        var block = Shape.BlockStride;
        var range = TFloat.Broadcast(Range);
        var first = step.Gates + (nint)begin * row + half * Shape.GateStride;
        Kernel.Multiply(end - begin, Shape.Half, other + (nint)begin * Shape.StateStride, Shape.StateStride, 1,
            Weights.Hidden[half], 0, 0, 2 * block, first, row, first, row);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * row + half * Shape.GateStride;
            var reset = step.Reset + (nint)b * Shape.StateStride + half * Shape.HalfStride;
            var hidden = other + (nint)b * Shape.StateStride;
            for (var u = 0; u < block; u += TFloat.Count)
            {
                LimitedSigmoid(TFloat.Load(gates + u), range).Store(gates + u);
                var r = LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(gates + block + u));
                r.Store(gates + block + u);
                (r * TFloat.Load(hidden + u)).Store(reset + u);
            }
        }
        var candidate = first + 2 * block;
        Kernel.Multiply(end - begin, Shape.Half, step.Reset + (nint)begin * Shape.StateStride + half * Shape.HalfStride, Shape.StateStride, 1,
            Weights.Hidden[half], 0, 2 * block, Shape.GateStride - 2 * block, candidate, row, candidate, row);
    }

    private void ForwardHalf(in CellStep step, int half, int begin, int end)
    {
        var block = Shape.BlockStride;
        var one = TFloat.Broadcast(1f);
        var largest = TInt.Broadcast(0);
        for (var b = begin; b < end; b++)
        {
            var lanes = step.LostBits.LanesOfRow(b);
            var gates = step.Gates + (nint)b * 2 * Shape.GateStride + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            for (var u = 0; u < block; u += TFloat.Count, offset += TFloat.Count)
            {
                var z = TFloat.Load(gates + u);
                var g = LaneMath.Tanh<TFloat, TInt>(TFloat.Load(gates + 2 * block + u));
                g.Store(gates + 2 * block + u);
                var h = TState.Multiply(TInt.Load(step.HiddenState + offset), TState.Quantize(z, TFloat.Load(MinimumGate + u)), lanes, Lane(u));
                h = TState.Add(h, (one - z) * g);
                h.Store(step.HiddenState + offset);
                TState.ToFloat(h).Store(step.HiddenAfter + offset);
                largest = TInt.Max(largest, TInt.Abs(h));
            }
        }
        CheckRange(largest);
    }

    private void ReverseHalf(in CellStep step, int half, int begin, int end)
    {
        var block = Shape.BlockStride;
        var one = TFloat.Broadcast(1f);
        for (var b = end - 1; b >= begin; b--)
        {
            var lanes = step.LostBits.LanesOfRow(b);
            var gates = step.Gates + (nint)b * 2 * Shape.GateStride + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            for (var u = block - TFloat.Count; u >= 0; u -= TFloat.Count)
            {
                var z = TFloat.Load(gates + u);
                var g = LaneMath.Tanh<TFloat, TInt>(TFloat.Load(gates + 2 * block + u));
                g.Store(gates + 2 * block + u);
                var h = TState.Subtract(TInt.Load(step.HiddenState + offset + u), (one - z) * g);
                h = TState.Unmultiply(h, TState.Quantize(z, TFloat.Load(MinimumGate + u)), lanes, Lane(u));
                h.Store(step.HiddenState + offset + u);
                TState.ToFloat(h).Store(step.HiddenBefore + offset + u);
            }
        }
    }

    private void BackwardHalf(in CellStep step, int half, float* other, float* ownGradient, float* otherGradient, int begin, int end)
    {
        var row = 2 * Shape.GateStride;
        var block = Shape.BlockStride;
        var range = TFloat.Broadcast(Range);
        var one = TFloat.Broadcast(1f);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * row + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            var reset = step.Reset + offset;
            var hidden = other + (nint)b * Shape.StateStride;
            var own = ownGradient + (nint)b * Shape.HalfStride;
            for (var u = 0; u < block; u += TFloat.Count)
            {
                var z = TFloat.Load(gates + u);
                var g = TFloat.Load(gates + 2 * block + u);
                var dh = TFloat.Load(own + u);
                var before = TFloat.Load(step.HiddenBefore + offset + u);
                (dh * (before - g) * LimitedSigmoidSlope(z, range)).Store(gates + u);
                (dh * (one - z) * TanhSlope(g)).Store(gates + 2 * block + u);
                (dh * TState.Factor(TState.Quantize(z, TFloat.Load(MinimumGate + u)))).Store(own + u);
                (TFloat.Load(gates + block + u) * TFloat.Load(hidden + u)).Store(reset + u);
            }
        }

        var m = end - begin;
        var first = step.Gates + (nint)begin * row + half * Shape.GateStride;
        var scratch = step.Scratch + (nint)begin * Shape.HalfStride;
        Kernel.Multiply(m, block, first + 2 * block, row, 1, Weights.HiddenTransposed[half], 2 * block, 0, Shape.HalfStride,
            null, 0, scratch, Shape.HalfStride);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * row + half * Shape.GateStride;
            var hidden = other + (nint)b * Shape.StateStride;
            var dReset = step.Scratch + (nint)b * Shape.HalfStride;
            var dOther = otherGradient + (nint)b * Shape.HalfStride;
            for (var u = 0; u < block; u += TFloat.Count)
            {
                var r = TFloat.Load(gates + block + u);
                var d = TFloat.Load(dReset + u);
                TFloat.FusedMultiplyAdd(d, r, TFloat.Load(dOther + u)).Store(dOther + u);
                (d * TFloat.Load(hidden + u) * SigmoidSlope(r)).Store(gates + block + u);
            }
        }
        var target = otherGradient + (nint)begin * Shape.HalfStride;
        Kernel.Multiply(m, 2 * block, first, row, 1, Weights.HiddenTransposed[half], 0, 0, Shape.HalfStride,
            target, Shape.HalfStride, target, Shape.HalfStride);
    }
}
