using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// A <see cref="MixedGruSpec"/> that only predicts: of each row it makes the scores, and then the products of the set that they choose and of no other. The states are those of training to the bit.
/// </summary>
internal sealed unsafe class ChosenSetCell<TFloat, TInt, TState> : RecurrentCell<TFloat, TInt, TState>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    private readonly int _block;
    private readonly int _sets;

    public ChosenSetCell(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
        : base(shape, limit, kernel)
    {
        _block = shape.BlockStride;
        _sets = ((MixedGruSpec)shape.Spec).SetCount;
    }

    public override void Forward(in CellStep step, int begin, int end)
    {
        var state = step.States[CellSpec.HiddenState].Before;
        // A panel has room for the most scores.
        Multiply(step, state, Shape.StateStride, Weights.Hidden[0], 2 * _sets, 2 * _sets, MatrixKernel.ColumnAlignment, begin, end);
        for (var first = begin; first < end;)
        {
            var set = MixedGru<TFloat, TInt>.Chosen(Row(step, first));
            // Neighbours that take the same set share its products.
            var last = first + 1;
            while (last < end && MixedGru<TFloat, TInt>.Chosen(Row(step, last)) == set)
                last++;
            Multiply(step, state, Shape.StateStride, Weights.Hidden[0], set, set, _block, first, last);
            Multiply(step, state, Shape.StateStride, Weights.Hidden[0], _sets + set, _sets + set, _block, first, last);
            for (var b = first; b < last; b++)
                MixedGru<TFloat, TInt>.Derive(Row(step, b), 0, step.Inner + (nint)b * Shape.InnerRow, Shape.HalfStride);
            Multiply(step, step.Inner, Shape.InnerRow, Weights.Inner[0], set, 2 * _sets + 1 + set, _block, first, last);
            first = last;
        }
        for (var b = begin; b < end; b++)
            MixedGru<TFloat, TInt>.Forward(Row(step, b), 1);
    }

    public override void Reverse(in CellStep step, int begin, int end, bool hasGates) => throw new NotSupportedException("The cell cannot be reversed.");

    public override void Backward(in CellStep step, int begin, int end) => throw new NotSupportedException("In prediction there are no gates of the sets that were not chosen, and so no gradient.");

    private HalfRow Row(in CellStep step, int row) => new(step, Shape, Limits, row, 0);

    /// <summary>Adds to the gate <paramref name="target"/> of rows [begin, end) their vectors times columns of a matrix, from the block <paramref name="source"/> on.</summary>
    private void Multiply(in CellStep step, float* vectors, int stride, PackedMatrix weights, int source, int target, int columns, int begin, int end)
    {
        var row = Shape.GateRow;
        var gates = step.Gates + (nint)begin * row + target * _block;
        Kernel.Multiply(end - begin, Shape.Half, vectors + (nint)begin * stride, stride, 1, weights, 0, source * _block, columns, gates, row, gates, row);
    }
}
