using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// What the GRUs share: the order of the halves, their gates z = lim(a_z), r = sigmoid(a_r), g = tanh(x U_x + (r k) U_h + b), and the gradients through
/// these. Half 1 reads the old second half of h as k, half 2 the new first half; with one half k = h.
/// </summary>
internal abstract unsafe class CoupledGru<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
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

    /// <summary>The candidate of a half from its pre-activation, and the half's state after the step.</summary>
    protected abstract void ForwardHalf(in CellStep step, int half, int begin, int end);

    /// <summary>The candidate of a half from its pre-activation, and the half's state before the step.</summary>
    protected abstract void ReverseHalf(in CellStep step, int half, int begin, int end);

    /// <summary>Through one row's update of a half: gradients by z, g and the half's own state before, in place.</summary>
    protected abstract void BackwardUpdate(float* gates, float* before, float* dHidden);

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

    /// <summary>product = left * right.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Multiply(float* left, float* right, float* product, int length)
    {
        for (var i = 0; i < length; i += TFloat.Count)
            (TFloat.Load(left + i) * TFloat.Load(right + i)).Store(product + i);
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
