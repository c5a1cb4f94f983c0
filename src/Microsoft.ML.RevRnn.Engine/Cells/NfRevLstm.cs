using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// NF-RevLSTM: RevLSTM without forgetting (MacKay et al. 2018, section 4). For each half g = tanh(a_g), f = sigmoid(a_f), o = sigmoid(a_o);
/// c := c + f g; h := h + o tanh(c). Going back is subtraction, so there are no lost bits; but nothing bounds the states.
/// </summary>
internal sealed unsafe class NfRevLstm<TFloat, TInt, TState>(CellShape shape, MatrixKernel kernel)
    : CoupledLstm<TFloat, TInt, TState>(shape, ForgettingLimit.None, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    protected override void ForwardHalf(in CellStep step, int half, int begin, int end)
    {
        var largest = TInt.Broadcast(0);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            Activate(gates);
            largest = TInt.Max(largest, Update(
                gates, step.CellState + offset, step.HiddenState + offset, step.CellAfter + offset, step.HiddenAfter + offset));
        }
        CheckRange(largest);
    }

    protected override void ReverseHalf(in CellStep step, int half, int begin, int end)
    {
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            Activate(gates);
            Revert(gates, step.CellState + offset, step.HiddenState + offset, step.CellBefore + offset, step.HiddenBefore + offset);
        }
    }

    protected override void BackwardHalf(in CellStep step, int half, float* hiddenGradient, int begin, int end)
    {
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * Shape.GateRow + half * Shape.GateStride;
            var offset = (nint)b * Shape.StateStride + half * Shape.HalfStride;
            var activation = step.Scratch + (nint)b * Shape.HalfStride;
            Tanh(step.CellAfter + offset, activation, Shape.BlockStride);
            BackwardUpdate(gates, activation, hiddenGradient + (nint)b * Shape.HalfStride, step.CellGradient + offset);
        }
    }

    /// <summary>Pre-activations to gates, in place.</summary>
    private void Activate(float* gates)
    {
        var block = Shape.BlockStride;
        Tanh(gates, gates, block);
        Sigmoid(gates + block, 2 * block);
    }

    /// <summary>c := c + f g; h := h + o tanh(c). Returns the largest magnitude of either.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TInt Update(float* gates, int* cell, int* hidden, float* cellAfter, float* hiddenAfter)
    {
        var block = Shape.BlockStride;
        var largest = TInt.Broadcast(0);
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var c = TState.Add(TInt.Load(cell + u), TFloat.Load(gates + block + u) * TFloat.Load(gates + u));
            var value = TState.ToFloat(c);
            var h = TState.Add(TInt.Load(hidden + u), TFloat.Load(gates + 2 * block + u) * LaneMath.Tanh<TFloat, TInt>(value));
            c.Store(cell + u);
            h.Store(hidden + u);
            value.Store(cellAfter + u);
            TState.ToFloat(h).Store(hiddenAfter + u);
            largest = TInt.Max(largest, TInt.Max(TInt.Abs(c), TInt.Abs(h)));
        }
        return largest;
    }

    /// <summary>Undoes <see cref="Update"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Revert(float* gates, int* cell, int* hidden, float* cellBefore, float* hiddenBefore)
    {
        var block = Shape.BlockStride;
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var c = TInt.Load(cell + u);
            var activation = LaneMath.Tanh<TFloat, TInt>(TState.ToFloat(c));
            var h = TState.Subtract(TInt.Load(hidden + u), TFloat.Load(gates + 2 * block + u) * activation);
            c = TState.Subtract(c, TFloat.Load(gates + block + u) * TFloat.Load(gates + u));
            c.Store(cell + u);
            h.Store(hidden + u);
            TState.ToFloat(c).Store(cellBefore + u);
            TState.ToFloat(h).Store(hiddenBefore + u);
        }
    }

    /// <summary>
    /// Gradients by the pre-activations, and through h the one by c added to that of the steps after; those by h and c before are those after.
    /// activation is tanh(c).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BackwardUpdate(float* gates, float* activation, float* dHidden, float* dCell)
    {
        var block = Shape.BlockStride;
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var g = TFloat.Load(gates + u);
            var f = TFloat.Load(gates + block + u);
            var o = TFloat.Load(gates + 2 * block + u);
            var a = TFloat.Load(activation + u);
            var dh = TFloat.Load(dHidden + u);
            var dc = TFloat.FusedMultiplyAdd(dh * o, TanhSlope(a), TFloat.Load(dCell + u));
            (dc * f * TanhSlope(g)).Store(gates + u);
            (dc * g * SigmoidSlope(f)).Store(gates + block + u);
            (dh * a * SigmoidSlope(o)).Store(gates + 2 * block + u);
            dc.Store(dCell + u);
        }
    }
}
