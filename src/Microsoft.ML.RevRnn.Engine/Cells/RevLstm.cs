using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// RevLSTM (MacKay et al. 2018, section 3.1). Half 1 reads the old second half of h, half 2 the new first half. For each half:
/// z = lim(a_z), g = tanh(a_g), f = sigmoid(a_f), o = sigmoid(a_o), p = lim(a_p);
/// c := z c + f g; h := p h + o tanh(c). The letters are those of the authors' code: z and p forget the cell and the hidden state, f is the input gate.
/// </summary>
internal sealed unsafe class RevLstm<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
    : CoupledLstm<TFloat, TInt, TState>(shape, limit, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    protected override void ForwardHalf(in CellStep step, int half, int begin, int end)
    {
        var largest = TInt.Broadcast(0);
        for (var b = begin; b < end; b++)
        {
            var lanes = step.LostBits.LanesOfRow(b);
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            Activate(gates);
            largest = TInt.Max(largest, UpdateCell(gates, step.CellState + offset, step.CellAfter + offset, lanes));
            largest = TInt.Max(largest, UpdateHidden(gates, step.CellAfter + offset, step.HiddenState + offset, step.HiddenAfter + offset, lanes));
        }
        CheckRange(largest);
    }

    protected override void ReverseHalf(in CellStep step, int half, int begin, int end)
    {
        for (var b = end - 1; b >= begin; b--)
        {
            var lanes = step.LostBits.LanesOfRow(b);
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            Activate(gates);
            RevertHidden(gates, step.CellState + offset, step.HiddenState + offset, step.HiddenBefore + offset, lanes);
            RevertCell(gates, step.CellState + offset, step.CellBefore + offset, lanes);
        }
    }

    /// <summary>Pre-activations to gates, in place.</summary>
    private void Activate(float* gates)
    {
        var block = Shape.BlockStride;
        LimitedSigmoid(gates, block, Range);
        Tanh(gates + block, gates + block, block);
        Sigmoid(gates + 2 * block, 2 * block);
        LimitedSigmoid(gates + 4 * block, block, Range);
    }

    /// <summary>c := z c + f g. Returns the largest magnitude of c.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TInt UpdateCell(float* gates, int* cell, float* after, LostBitLanes lanes)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        var largest = TInt.Broadcast(0);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var z = TState.Quantize(TFloat.Load(gates + u), TFloat.Load(minimum + u), maximum);
            var c = TState.Multiply(TInt.Load(cell + u), z, lanes, Lane(u));
            c = TState.Add(c, TFloat.Load(gates + 2 * block + u) * TFloat.Load(gates + block + u));
            c.Store(cell + u);
            TState.ToFloat(c).Store(after + u);
            largest = TInt.Max(largest, TInt.Abs(c));
        }
        return largest;
    }

    /// <summary>h := p h + o tanh(c). Returns the largest magnitude of h.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TInt UpdateHidden(float* gates, float* cell, int* hidden, float* after, LostBitLanes lanes)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        var largest = TInt.Broadcast(0);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var p = TState.Quantize(TFloat.Load(gates + 4 * block + u), TFloat.Load(minimum + u), maximum);
            var h = TState.Multiply(TInt.Load(hidden + u), p, lanes, Lane(u));
            h = TState.Add(h, TFloat.Load(gates + 3 * block + u) * LaneMath.Tanh<TFloat, TInt>(TFloat.Load(cell + u)));
            h.Store(hidden + u);
            TState.ToFloat(h).Store(after + u);
            largest = TInt.Max(largest, TInt.Abs(h));
        }
        return largest;
    }

    /// <summary>Undoes <see cref="UpdateHidden"/>: cell is the one after the step.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RevertHidden(float* gates, int* cell, int* hidden, float* before, LostBitLanes lanes)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        for (var u = block - TFloat.Count; u >= 0; u -= TFloat.Count)
        {
            var p = TState.Quantize(TFloat.Load(gates + 4 * block + u), TFloat.Load(minimum + u), maximum);
            var activation = LaneMath.Tanh<TFloat, TInt>(TState.ToFloat(TInt.Load(cell + u)));
            var h = TState.Subtract(TInt.Load(hidden + u), TFloat.Load(gates + 3 * block + u) * activation);
            h = TState.Unmultiply(h, p, lanes, Lane(u));
            h.Store(hidden + u);
            TState.ToFloat(h).Store(before + u);
        }
    }

    /// <summary>Undoes <see cref="UpdateCell"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RevertCell(float* gates, int* cell, float* before, LostBitLanes lanes)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        for (var u = block - TFloat.Count; u >= 0; u -= TFloat.Count)
        {
            var z = TState.Quantize(TFloat.Load(gates + u), TFloat.Load(minimum + u), maximum);
            var c = TState.Subtract(TInt.Load(cell + u), TFloat.Load(gates + 2 * block + u) * TFloat.Load(gates + block + u));
            c = TState.Unmultiply(c, z, lanes, Lane(u));
            c.Store(cell + u);
            TState.ToFloat(c).Store(before + u);
        }
    }

    protected override void BackwardHalf(in CellStep step, int half, float* hiddenGradient, int begin, int end)
    {
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            var activation = step.Scratch + (nint)b * Shape.HalfStride;
            var dHidden = hiddenGradient + (nint)b * Shape.HalfStride;
            Tanh(step.CellAfter + offset, activation, Shape.BlockStride);
            BackwardHidden(gates, activation, step.HiddenBefore + offset, dHidden, step.CellGradient + offset);
            BackwardCell(gates, step.CellBefore + offset, step.CellGradient + offset);
        }
    }

    /// <summary>Through h = p h' + o tanh(c): gradients by o, p, h' and c. activation is tanh(c).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BackwardHidden(float* gates, float* activation, float* before, float* dHidden, float* dCell)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        var range = TFloat.Broadcast(Range);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var o = TFloat.Load(gates + 3 * block + u);
            var p = TFloat.Load(gates + 4 * block + u);
            var a = TFloat.Load(activation + u);
            var dh = TFloat.Load(dHidden + u);
            TFloat.FusedMultiplyAdd(dh * o, TanhSlope(a), TFloat.Load(dCell + u)).Store(dCell + u);
            (dh * a * SigmoidSlope(o)).Store(gates + 3 * block + u);
            (dh * TFloat.Load(before + u) * LimitedSigmoidSlope(p, range)).Store(gates + 4 * block + u);
            (dh * TState.Factor(TState.Quantize(p, TFloat.Load(minimum + u), maximum))).Store(dHidden + u);
        }
    }

    /// <summary>Through c = z c' + f g: gradients by z, f, g and c'.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BackwardCell(float* gates, float* before, float* dCell)
    {
        var block = Shape.BlockStride;
        var minimum = MinimumGate;
        var maximum = TFloat.Broadcast(Shape.MaximumGate);
        var range = TFloat.Broadcast(Range);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var z = TFloat.Load(gates + u);
            var g = TFloat.Load(gates + block + u);
            var f = TFloat.Load(gates + 2 * block + u);
            var dc = TFloat.Load(dCell + u);
            (dc * TFloat.Load(before + u) * LimitedSigmoidSlope(z, range)).Store(gates + u);
            (dc * f * TanhSlope(g)).Store(gates + block + u);
            (dc * g * SigmoidSlope(f)).Store(gates + 2 * block + u);
            (dc * TState.Factor(TState.Quantize(z, TFloat.Load(minimum + u), maximum))).Store(dCell + u);
        }
    }
}
