using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// A cell at work: the order of its halves, their products and activations as the spec says, and its equations row by row. Half 1 reads the old second half
/// of h, half 2 the new first half, so whichever was updated last can be taken back first; where one half is all there is, it reads its own old state.
/// </summary>
internal sealed unsafe class GatedCell<TFloat, TInt, TState, TEquations> : RecurrentCell<TFloat, TInt, TState>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
    where TEquations : struct, ICellEquations<TFloat, TInt>
{
    private readonly CellSpec _spec;
    private readonly int _block;

    /// <summary>Neighbouring gates of one activation: those that the reset product needs, and the others.</summary>
    private readonly (GateActivation Activation, GateRun Gates)[] _beforeReset;
    private readonly (GateActivation Activation, GateRun Gates)[] _activations;

    public GatedCell(CellShape shape, ForgettingLimit limit, MatrixKernel kernel)
        : base(shape, limit, kernel)
    {
        _spec = shape.Spec;
        _block = shape.BlockStride;
        var ofReset = _spec.HasReset ? _spec.ResetReaders.First : 0;
        _beforeReset = Runs(0, ofReset);
        _activations = Runs(ofReset, shape.GateCount);
    }

    public override void Forward(in CellStep step, int begin, int end)
    {
        for (var half = 0; half < Shape.Halves; half++)
        {
            Multiply(step, half, begin, end);
            var largest = TInt.Broadcast(0);
            for (var b = begin; b < end; b++)
            {
                var row = Row(step, b, half);
                Activate(row, _activations);
                largest = TInt.Max(largest, TEquations.Forward(row));
            }
            CheckRange(largest);
        }
    }

    public override void Reverse(in CellStep step, int begin, int end, bool hasGates)
    {
        for (var half = Shape.Halves - 1; half >= 0; half--)
        {
            if (!hasGates)
                Multiply(step, half, begin, end);
            for (var b = end - 1; b >= begin; b--)
            {
                var row = Row(step, b, half);
                if (!hasGates)
                    Activate(row, _activations);
                TEquations.Reverse(row);
            }
        }
    }

    public override void Backward(in CellStep step, int begin, int end)
    {
        for (var half = Shape.Halves - 1; half >= 0; half--)
        {
            for (var b = begin; b < end; b++)
                TEquations.Backward(Row(step, b, half));
            if (_spec.HasReset)
                BackwardReset(step, half, begin, end);
            BackwardMultiply(step, half, _spec.HiddenReaders, ReadGradient(step, half), Shape.StateStride, adds: true, begin, end);
        }
    }

    /// <summary>The hidden state that a half reads: the other half's if there is one.</summary>
    private float* ReadState(in CellStep step, int half)
    {
        ref readonly var hidden = ref step.States[CellSpec.HiddenState];
        return half == 0 ? hidden.Before + (Shape.Halves - 1) * Shape.HalfStride : hidden.After;
    }

    /// <summary>The gradient by <see cref="ReadState"/>.</summary>
    private float* ReadGradient(in CellStep step, int half) =>
        step.States[CellSpec.HiddenState].Gradient + (half == 0 ? (Shape.Halves - 1) * Shape.HalfStride : 0);

    private HalfRow Row(in CellStep step, int row, int half) => new(step, Shape, Limits, row, half);

    /// <summary>The hidden state's part of a half's pre-activations; where some read it reset, the others have become gates.</summary>
    private void Multiply(in CellStep step, int half, int begin, int end)
    {
        var state = ReadState(step, half);
        // The second half reads what the first has just become.
        var isZero = step.StartsAtZero && half == 0;
        if (!isZero)
            Multiply(step, half, _spec.HiddenReaders, state, begin, end);
        if (!_spec.HasReset)
            return;
        var reset = step.Reset + half * Shape.HalfStride;
        for (var b = begin; b < end; b++)
        {
            var row = Row(step, b, half);
            Activate(row, _beforeReset);
            Reset(row, state, reset, b);
        }
        if (!isZero)
            Multiply(step, half, _spec.ResetReaders, reset, begin, end);
    }

    private void Multiply(in CellStep step, int half, GateRun gates, float* state, int begin, int end)
    {
        if (gates.Count == 0)
            return;
        var row = Shape.GateRow;
        var target = step.Gates + (nint)begin * row + half * Shape.GateStride + gates.First * _block;
        Kernel.Multiply(end - begin, Shape.Half, state + (nint)begin * Shape.StateStride, Shape.StateStride, 1,
            Weights.Hidden[half], 0, gates.First * _block, gates.Count * _block, target, row, target, row);
    }

    /// <summary>Gradients through the gates that read the reset state: by the reset gate, and by the state.</summary>
    private void BackwardReset(in CellStep step, int half, int begin, int end)
    {
        var state = ReadState(step, half);
        var gradient = ReadGradient(step, half);
        BackwardMultiply(step, half, _spec.ResetReaders, step.Scratch, Shape.HalfStride, adds: false, begin, end);
        for (var b = begin; b < end; b++)
        {
            var row = Row(step, b, half);
            var offset = (nint)b * Shape.StateStride;
            // The weight gradient reads the product of the two; the forward pass's may have been overwritten by that of another chunk.
            Reset(row, state, step.Reset + half * Shape.HalfStride, b);
            Sweeps<TFloat, TInt>.BackwardReset(row.Gate(_spec.ResetGate), state + offset, row.Scratch, gradient + offset, _block);
        }
    }

    /// <summary>Gradient by what some gates read, from theirs.</summary>
    private void BackwardMultiply(in CellStep step, int half, GateRun gates, float* gradient, int gradientRow, bool adds, int begin, int end)
    {
        if (gates.Count == 0)
            return;
        var row = Shape.GateRow;
        var target = gradient + (nint)begin * gradientRow;
        var source = step.Gates + (nint)begin * row + half * Shape.GateStride;
        var (parts, length) = Shape.HasGaps ? (gates.Count, Shape.Half) : (1, gates.Count * _block);
        for (var part = 0; part < parts; part++)
        {
            var first = (gates.First + part) * _block;
            Kernel.Multiply(end - begin, length, source + first, row, 1, Weights.HiddenTransposed[half], first, 0, Shape.HalfStride,
                adds || part > 0 ? target : null, gradientRow, target, gradientRow);
        }
    }

    private void Reset(in HalfRow row, float* state, float* product, int b) =>
        Sweeps<TFloat, TInt>.Multiply(row.Gate(_spec.ResetGate), state + (nint)b * Shape.StateStride, product + (nint)b * Shape.StateStride, _block);

    private void Activate(in HalfRow row, (GateActivation Activation, GateRun Gates)[] runs)
    {
        foreach (var (activation, gates) in runs)
            Sweeps<TFloat, TInt>.Activate(row.Gate(gates.First), gates.Count * _block, activation, Limits.Range);
    }

    private (GateActivation Activation, GateRun Gates)[] Runs(int first, int end)
    {
        var runs = new List<(GateActivation, GateRun)>();
        for (var gate = first; gate < end; gate = first)
        {
            while (first < end && _spec.Gates[first].Activation == _spec.Gates[gate].Activation)
                first++;
            runs.Add((_spec.Gates[gate].Activation, new GateRun(gate, first - gate)));
        }
        return [.. runs];
    }
}
