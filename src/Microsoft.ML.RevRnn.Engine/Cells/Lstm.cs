using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Ordinary LSTM (Hochreiter and Schmidhuber 1997, with forget gate; blocks as in PyTorch):
/// i = sigmoid(a_i), f = sigmoid(a_f), g = tanh(a_g), o = sigmoid(a_o); c := f c + i g; h := o tanh(c).
/// It overwrites h, so it cannot be reversed; its states are floats.
/// </summary>
internal sealed unsafe class Lstm<TFloat, TInt>(CellShape shape, MatrixKernel kernel)
    : RecurrentCell<TFloat, TInt, FloatState<TFloat, TInt>>(shape, ForgettingLimit.None, kernel)
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    public override void Forward(in CellStep step, int begin, int end)
    {
        var row = Shape.GateRow;
        var block = Shape.BlockStride;
        var first = step.Gates + (nint)begin * row;
        Kernel.Multiply(end - begin, Shape.Half, step.HiddenBefore + (nint)begin * Shape.StateStride, Shape.StateStride, 1,
            Weights.Hidden[0], 0, 0, Shape.GateStride, first, row, first, row);
        for (var b = begin; b < end; b++)
        {
            var gates = step.Gates + (nint)b * row;
            var offset = (nint)b * Shape.StateStride;
            Sigmoid(gates, 2 * block);
            Tanh(gates + 2 * block, gates + 2 * block, block);
            Sigmoid(gates + 3 * block, block);
            Update(gates, step.CellState + offset, step.HiddenState + offset, step.CellAfter + offset, step.HiddenAfter + offset);
        }
    }

    public override void Reverse(in CellStep step, int begin, int end) =>
        throw new NotSupportedException("An ordinary LSTM overwrites its hidden state and cannot be reversed.");

    public override void Backward(in CellStep step, int begin, int end)
    {
        var row = Shape.GateRow;
        for (var b = begin; b < end; b++)
        {
            var offset = (nint)b * Shape.StateStride;
            var activation = step.Scratch + (nint)b * Shape.HalfStride;
            Tanh(step.CellAfter + offset, activation, Shape.BlockStride);
            BackwardUpdate(step.Gates + (nint)b * row, activation, step.CellBefore + offset,
                step.HiddenGradient1 + (nint)b * Shape.HalfStride, step.CellGradient + offset);
        }
        Kernel.Multiply(end - begin, Shape.GateCount * Shape.BlockStride, step.Gates + (nint)begin * row, row, 1,
            Weights.HiddenTransposed[0], 0, 0, Shape.HalfStride, null, 0,
            step.HiddenGradient1 + (nint)begin * Shape.HalfStride, Shape.HalfStride);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Update(float* gates, int* cell, int* hidden, float* cellAfter, float* hiddenAfter)
    {
        var block = Shape.BlockStride;
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var kept = TFloat.Load(gates + block + u) * TFloat.FromBits(TInt.Load(cell + u));
            var c = TFloat.FusedMultiplyAdd(TFloat.Load(gates + u), TFloat.Load(gates + 2 * block + u), kept);
            var h = TFloat.Load(gates + 3 * block + u) * LaneMath.Tanh<TFloat, TInt>(c);
            c.Bits().Store(cell + u);
            h.Bits().Store(hidden + u);
            c.Store(cellAfter + u);
            h.Store(hiddenAfter + u);
        }
    }

    /// <summary>Gradients by the gates' pre-activations and by the cell state before; activation is tanh(c).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BackwardUpdate(float* gates, float* activation, float* before, float* dHidden, float* dCell)
    {
        var block = Shape.BlockStride;
        for (var u = 0; u < block; u += TFloat.Count)
        {
            var i = TFloat.Load(gates + u);
            var f = TFloat.Load(gates + block + u);
            var g = TFloat.Load(gates + 2 * block + u);
            var o = TFloat.Load(gates + 3 * block + u);
            var a = TFloat.Load(activation + u);
            var dh = TFloat.Load(dHidden + u);
            var dc = TFloat.FusedMultiplyAdd(dh * o, TanhSlope(a), TFloat.Load(dCell + u));
            (dc * g * SigmoidSlope(i)).Store(gates + u);
            (dc * TFloat.Load(before + u) * SigmoidSlope(f)).Store(gates + block + u);
            (dc * i * TanhSlope(g)).Store(gates + 2 * block + u);
            (dh * a * SigmoidSlope(o)).Store(gates + 3 * block + u);
            (dc * f).Store(dCell + u);
        }
    }
}
