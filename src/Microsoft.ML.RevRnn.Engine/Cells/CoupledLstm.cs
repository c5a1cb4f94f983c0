using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// What the reversible LSTMs share: the order of the halves and their recurrent products. Half 1 reads the old second half of h, half 2 the new first
/// half, so whichever was updated last can be taken back first.
/// </summary>
internal abstract unsafe class CoupledLstm<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
    : RecurrentCell<TFloat, TInt, TState>(shape, limit, kernel)
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

    /// <summary>From the pre-activations of a half to its gates, and its states after the step.</summary>
    protected abstract void ForwardHalf(in CellStep step, int half, int begin, int end);

    /// <summary>From the pre-activations of a half to its gates, and its states before the step.</summary>
    protected abstract void ReverseHalf(in CellStep step, int half, int begin, int end);

    /// <summary>From the gradients by a half's states after the step to those by its pre-activations, and by its own states before the step.</summary>
    protected abstract void BackwardHalf(in CellStep step, int half, float* hiddenGradient, int begin, int end);

    private void AddRecurrent(in CellStep step, float* hidden, int half, int begin, int end)
    {
        var row = Shape.GateRow;
        var gates = step.Gates + (nint)begin * row + half * Shape.GateStride;
        Kernel.Multiply(end - begin, Shape.Half, hidden + (nint)begin * Shape.StateStride, Shape.StateStride, 1,
            Weights.Hidden[half], 0, 0, Shape.GateStride, gates, row, gates, row);
    }

    private void BackwardRecurrent(in CellStep step, int half, float* gradient, int begin, int end)
    {
        var row = Shape.GateRow;
        var target = gradient + (nint)begin * Shape.HalfStride;
        Kernel.Multiply(end - begin, Shape.GateCount * Shape.BlockStride, step.Gates + (nint)begin * row + half * Shape.GateStride, row, 1,
            Weights.HiddenTransposed[half], 0, 0, Shape.HalfStride, target, Shape.HalfStride, target, Shape.HalfStride);
    }
}
