using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// RevLSTM (MacKay et al. 2018, section 3.1). Half 1 reads the old second half of h, half 2 the new first half. For each half:
/// z = lim(a_z), g = tanh(a_g), f = sigmoid(a_f), o = sigmoid(a_o), p = lim(a_p);
/// c := z c + f g; h := p h + o tanh(c). The letters are those of the authors' code: z and p forget the cell and the hidden state, f is the input gate.
/// </summary>
internal sealed unsafe class RevLstm<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
    : ReversibleCell<TFloat, TInt, TState>(shape, limit, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public override void Forward(in CellStep step, int begin, int end)
    {
        AddRecurrent(step, step.HiddenBefore + Shape.HalfStride, 0, begin, end);
        ForwardHalf(step, 0, begin, end);
        AddRecurrent(step, step.HiddenAfter, 1, begin, end);
        ForwardHalf(step, 1, begin, end);
    }

    public override void Reverse(in CellStep step, int begin, int end)
    {
        AddRecurrent(step, step.HiddenAfter, 1, begin, end);
        ReverseHalf(step, 1, begin, end);
        AddRecurrent(step, step.HiddenBefore + Shape.HalfStride, 0, begin, end);
        ReverseHalf(step, 0, begin, end);
    }

    public override void Backward(in CellStep step, int begin, int end)
    {
        BackwardHalf(step, 1, step.HiddenGradient2, begin, end);
        BackwardRecurrent(step, 1, step.HiddenGradient1, begin, end);
        BackwardHalf(step, 0, step.HiddenGradient1, begin, end);
        BackwardRecurrent(step, 0, step.HiddenGradient2, begin, end);
    }

    private void AddRecurrent(in CellStep step, float* hidden, int half, int begin, int end)
    {
        var row = 2 * Shape.GateStride;
        var gates = step.Gates + (nint)begin * row + half * Shape.GateStride;
        Kernel.Multiply(end - begin, Shape.Half, hidden + (nint)begin * Shape.StateStride, Shape.StateStride, 1,
            Weights.Hidden[half], 0, 0, Shape.GateStride, gates, row, gates, row);
    }

    private void BackwardRecurrent(in CellStep step, int half, float* gradient, int begin, int end)
    {
        var row = 2 * Shape.GateStride;
        var target = gradient + (nint)begin * Shape.HalfStride;
        Kernel.Multiply(end - begin, Shape.GateCount * Shape.BlockStride, step.Gates + (nint)begin * row + half * Shape.GateStride, row, 1,
            Weights.HiddenTransposed[half], 0, 0, Shape.HalfStride, target, Shape.HalfStride, target, Shape.HalfStride);
    }

    private void ForwardHalf(in CellStep step, int half, int begin, int end)
    {
        var block = Shape.BlockStride;
        var range = TFloat.Broadcast(Range);
        var largest = TInt.Broadcast(0);
        for (var b = begin; b < end; b++)
        {
            var lanes = step.LostBits.LanesOfRow(b);
            var gates = step.Gates + (nint)b * 2 * Shape.GateStride + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            for (var u = 0; u < block; u += TFloat.Count, gates += TFloat.Count, offset += TFloat.Count)
            {
                var z = LimitedSigmoid(TFloat.Load(gates), range);
                var g = LaneMath.Tanh<TFloat, TInt>(TFloat.Load(gates + block));
                var f = LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(gates + 2 * block));
                var o = LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(gates + 3 * block));
                var p = LimitedSigmoid(TFloat.Load(gates + 4 * block), range);
                z.Store(gates);
                g.Store(gates + block);
                f.Store(gates + 2 * block);
                o.Store(gates + 3 * block);
                p.Store(gates + 4 * block);
                var minimum = TFloat.Load(MinimumGate + u);

                var c = TState.Multiply(TInt.Load(step.CellState + offset), TState.Quantize(z, minimum), lanes, Lane(u));
                c = TState.Add(c, f * g);
                c.Store(step.CellState + offset);
                var cell = TState.ToFloat(c);
                cell.Store(step.CellAfter + offset);

                var h = TState.Multiply(TInt.Load(step.HiddenState + offset), TState.Quantize(p, minimum), lanes, Lane(u));
                h = TState.Add(h, o * LaneMath.Tanh<TFloat, TInt>(cell));
                h.Store(step.HiddenState + offset);
                TState.ToFloat(h).Store(step.HiddenAfter + offset);
                largest = TInt.Max(largest, TInt.Max(TInt.Abs(c), TInt.Abs(h)));
            }
        }
        CheckRange(largest);
    }

    private void ReverseHalf(in CellStep step, int half, int begin, int end)
    {
        var block = Shape.BlockStride;
        var range = TFloat.Broadcast(Range);
        for (var b = end - 1; b >= begin; b--)
        {
            var lanes = step.LostBits.LanesOfRow(b);
            var rowGates = step.Gates + (nint)b * 2 * Shape.GateStride + half * Shape.GateStride;
            var rowOffset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            for (var u = block - TFloat.Count; u >= 0; u -= TFloat.Count)
            {
                var gates = rowGates + u;
                var offset = rowOffset + u;
                var z = LimitedSigmoid(TFloat.Load(gates), range);
                var g = LaneMath.Tanh<TFloat, TInt>(TFloat.Load(gates + block));
                var f = LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(gates + 2 * block));
                var o = LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(gates + 3 * block));
                var p = LimitedSigmoid(TFloat.Load(gates + 4 * block), range);
                z.Store(gates);
                g.Store(gates + block);
                f.Store(gates + 2 * block);
                o.Store(gates + 3 * block);
                p.Store(gates + 4 * block);
                var minimum = TFloat.Load(MinimumGate + u);

                var c = TInt.Load(step.CellState + offset);
                var h = TState.Subtract(TInt.Load(step.HiddenState + offset), o * LaneMath.Tanh<TFloat, TInt>(TState.ToFloat(c)));
                h = TState.Unmultiply(h, TState.Quantize(p, minimum), lanes, Lane(u));
                h.Store(step.HiddenState + offset);
                TState.ToFloat(h).Store(step.HiddenBefore + offset);

                c = TState.Subtract(c, f * g);
                c = TState.Unmultiply(c, TState.Quantize(z, minimum), lanes, Lane(u));
                c.Store(step.CellState + offset);
                TState.ToFloat(c).Store(step.CellBefore + offset);
            }
        }
    }

    private void BackwardHalf(in CellStep step, int half, float* hiddenGradient, int begin, int end)
    {
        var block = Shape.BlockStride;
        var range = TFloat.Broadcast(Range);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * 2 * Shape.GateStride + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            var dHidden = hiddenGradient + (nint)b * Shape.HalfStride;
            var dCell = step.CellGradient + offset;
            for (var u = 0; u < block; u += TFloat.Count)
            {
                var z = TFloat.Load(gates + u);
                var g = TFloat.Load(gates + block + u);
                var f = TFloat.Load(gates + 2 * block + u);
                var o = TFloat.Load(gates + 3 * block + u);
                var p = TFloat.Load(gates + 4 * block + u);
                var minimum = TFloat.Load(MinimumGate + u);
                var activation = LaneMath.Tanh<TFloat, TInt>(TFloat.Load(step.CellAfter + offset + u));
                var dh = TFloat.Load(dHidden + u);
                var dc = TFloat.FusedMultiplyAdd(dh * o, TanhSlope(activation), TFloat.Load(dCell + u));

                (dc * TFloat.Load(step.CellBefore + offset + u) * LimitedSigmoidSlope(z, range)).Store(gates + u);
                (dc * f * TanhSlope(g)).Store(gates + block + u);
                (dc * g * SigmoidSlope(f)).Store(gates + 2 * block + u);
                (dh * activation * SigmoidSlope(o)).Store(gates + 3 * block + u);
                (dh * TFloat.Load(step.HiddenBefore + offset + u) * LimitedSigmoidSlope(p, range)).Store(gates + 4 * block + u);
                (dh * TState.Factor(TState.Quantize(p, minimum))).Store(dHidden + u);
                (dc * TState.Factor(TState.Quantize(z, minimum))).Store(dCell + u);
            }
        }
    }
}
