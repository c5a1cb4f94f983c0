using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>An ordinary cell of several products a step at work: each stage's gates are activated before the next one's vectors are made of them.</summary>
internal sealed unsafe class StagedCell<TFloat, TInt, TState, TEquations> : RecurrentCell<TFloat, TInt, TState>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
    where TEquations : struct, IStagedEquations<TFloat, TInt>
{
    private readonly IReadOnlyList<CellStage> _stages;
    private readonly int _block;

    /// <summary>The gates that are complete before each stage, and after the last.</summary>
    private readonly int[][] _complete;

    public StagedCell(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
        : base(shape, limit, kernel)
    {
        _stages = shape.Spec.Stages;
        _block = shape.BlockStride;
        int[] first = [.. Enumerable.Range(0, shape.GateCount).Where(gate => !_stages.Any(stage => stage.Gates.Contains(gate)))];
        _complete = [first, .. _stages.Select(stage => Enumerable.Range(stage.Gates.First, stage.Gates.Count).ToArray())];
    }

    public override void Forward(in CellStep step, int begin, int end)
    {
        var row = Shape.GateRow;
        var readers = Shape.Spec.HiddenReaders;
        Multiply(step, readers, step.States[CellSpec.HiddenState].Before, Shape.StateStride, Shape.Half, Weights.Hidden[0], readers.First * _block, begin, end);
        for (var s = 0; s < _stages.Count; s++)
        {
            for (var b = begin; b < end; b++)
            {
                Activate(step, b, s);
                TEquations.Derive(Row(step, b), s, Vectors(step.Inner, s, b), Shape.HalfStride);
            }
            Multiply(step, _stages[s].Gates, Vectors(step.Inner, s, 0), Shape.InnerRow, Shape.InnerDepth(s), Weights.Inner[s], 0, begin, end);
        }
        for (var b = begin; b < end; b++)
        {
            Activate(step, b, _stages.Count);
            TEquations.Forward(Row(step, b), _stages.Count);
        }

        void Multiply(in CellStep step, GateRun gates, float* vectors, int stride, int depth, PackedMatrix weights, int column, int begin, int end)
        {
            var target = step.Gates + (nint)begin * row + gates.First * _block;
            Kernel.Multiply(end - begin, depth, vectors + (nint)begin * stride, stride, 1, weights, 0, column, gates.Count * _block, target, row, target, row);
        }
    }

    public override void Reverse(in CellStep step, int begin, int end, bool hasGates) => throw new NotSupportedException("The cell cannot be reversed.");

    public override void Backward(in CellStep step, int begin, int end)
    {
        for (var b = begin; b < end; b++)
            TEquations.Backward(Row(step, b), _stages.Count, Vectors(step.InnerGradient, 0, b));
        for (var s = _stages.Count - 1; s >= 0; s--)
        {
            BackwardMultiply(step, _stages[s].Gates, Weights.InnerTransposed[s], 0, _stages[s].Reads * Shape.HalfStride, Vectors(step.InnerGradient, s, 0), Shape.InnerRow, adds: false, begin, end);
            for (var b = begin; b < end; b++)
            {
                // The weight gradient reads the vectors; the forward pass's may have been overwritten by those of another chunk.
                TEquations.Derive(Row(step, b), s, Vectors(step.Inner, s, b), Shape.HalfStride);
                TEquations.BackwardDerive(Row(step, b), s, Vectors(step.InnerGradient, s, b), Shape.HalfStride);
            }
        }
        var readers = Shape.Spec.HiddenReaders;
        var gradient = step.States[CellSpec.HiddenState].Gradient;
        BackwardMultiply(step, readers, Weights.HiddenTransposed[0], readers.First * _block, Shape.HalfStride, gradient, Shape.StateStride, adds: true, begin, end);
    }

    private HalfRow Row(in CellStep step, int row) => new(step, Shape, Limits, row, 0);

    /// <summary>A stage's vectors of a row.</summary>
    private float* Vectors(float* rows, int stage, int row) => rows + (nint)row * Shape.InnerRow + Shape.InnerOffset(stage);

    private void Activate(in CellStep step, int row, int stage)
    {
        foreach (var gate in _complete[stage])
            Sweeps<TFloat, TInt>.Activate(step.Gates + (nint)row * Shape.GateRow + gate * _block, _block, Shape.Spec.Gates[gate].Activation, Limits.Range);
    }

    private void BackwardMultiply(
        in CellStep step, GateRun gates, PackedMatrix weights, int firstRow, int columns, float* gradient, int gradientRow, bool adds, int begin, int end)
    {
        var row = Shape.GateRow;
        var target = gradient + (nint)begin * gradientRow;
        Kernel.Multiply(end - begin, gates.Count * _block, step.Gates + (nint)begin * row + gates.First * _block, row, 1, weights, firstRow, 0, columns,
            adds ? target : null, gradientRow, target, gradientRow);
    }
}
