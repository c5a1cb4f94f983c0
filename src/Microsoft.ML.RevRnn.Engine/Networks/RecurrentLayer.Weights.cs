using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>The weights, packed; the products with the inputs; the gradients by the weights.</content>
internal sealed unsafe partial class RecurrentLayer
{
    /// <summary>Brings one worker's share of the packed weights up to date; dropped weights must have been made before.</summary>
    public void PackWeights(bool forTraining, WorkerTeam team, int worker)
    {
        var (first, end) = team.Share(_inputWeights.PanelCount, 1, worker);
        _inputWeights.Pack(_parameters.Input.Value, _parameters.Input.Stride, first, end);
        for (var half = 0; half < Shape.Halves; half++)
        {
            var hidden = _cell.Weights.Hidden[half];
            (first, end) = team.Share(hidden.PanelCount, 1, worker);
            hidden.Pack(HiddenWeights(half, forTraining), _hidden[half].Stride, first, end);
        }
        for (var stage = 0; stage < _parameters.Inner.Length; stage++)
        {
            (first, end) = team.Share(_cell.Weights.Inner[stage].PanelCount, 1, worker);
            _cell.Weights.Inner[stage].Pack(_parameters.Inner[stage].Value, _parameters.Inner[stage].Stride, first, end);
        }
        if (!forTraining)
            return;
        for (var stage = 0; stage < _parameters.Inner.Length; stage++)
        {
            (first, end) = team.Share(_cell.Weights.InnerTransposed[stage].PanelCount, 1, worker);
            _cell.Weights.InnerTransposed[stage].PackTransposed(_parameters.Inner[stage].Value, _parameters.Inner[stage].Stride, first, end);
        }
        (first, end) = team.Share(_inputTransposed.PanelCount, 1, worker);
        _inputTransposed.PackTransposed(_parameters.Input.Value, _parameters.Input.Stride, first, end);
        for (var half = 0; half < Shape.Halves; half++)
        {
            var hidden = _cell.Weights.HiddenTransposed[half];
            (first, end) = team.Share(hidden.PanelCount, 1, worker);
            hidden.PackTransposed(HiddenWeights(half, forTraining), _hidden[half].Stride, first, end);
        }
    }

    /// <summary>Reads weights that another layer of the same shape has packed for prediction.</summary>
    public void ShareWeights(RecurrentLayer other)
    {
        _inputWeights.Share(other._inputWeights);
        Made?.Take(other.Made!);
        for (var half = 0; half < Shape.Halves; half++)
            _cell.Weights.Hidden[half].Share(other._cell.Weights.Hidden[half]);
        for (var stage = 0; stage < _parameters.Inner.Length; stage++)
            _cell.Weights.Inner[stage].Share(other._cell.Weights.Inner[stage]);
    }

    /// <summary>Makes the transposed weights' buffers; needed before <see cref="PackWeights"/> for training.</summary>
    public void PrepareTraining()
    {
        Made?.EnableGradient();
        _inputTransposed.Resize(Shape.GateRow, _parameters.InputStride);
        foreach (var hidden in _cell.Weights.HiddenTransposed)
            hidden.Resize(Shape.GateStride, Shape.Half);
        for (var stage = 0; stage < _parameters.Inner.Length; stage++)
            _cell.Weights.InnerTransposed[stage].Resize(_parameters.Inner[stage].Stride, Shape.InnerDepth(stage));
    }

    /// <summary>The input's part of all gates of some rows, with bias.</summary>
    /// <param name="inputs">[rows, InputStride].</param>
    /// <param name="gates">[rows, GateRow].</param>
    /// <param name="rows">How many.</param>
    public void MultiplyInputs(float* inputs, float* gates, int rows) => _kernel.Multiply(
        rows, _parameters.InputRows, inputs, InputStride, 1, _inputWeights, 0, 0, Shape.GateRow, _bias.Value, 0, gates, Shape.GateRow);

    /// <summary>Gradient by the inputs of some rows.</summary>
    /// <param name="gates">[rows, GateRow]: the gradient by their gates.</param>
    /// <param name="inputGradient">[rows, InputStride].</param>
    /// <param name="rows">How many.</param>
    public void InputGradient(float* gates, float* inputGradient, int rows)
    {
        var (parts, length) = Shape.HasGaps ? (Shape.GateCount, Shape.Half) : (1, Shape.GateCount * Shape.BlockStride);
        for (var half = 0; half < Shape.Halves; half++)
        {
            for (var part = 0; part < parts; part++)
            {
                var first = half * Shape.GateStride + part * Shape.BlockStride;
                _kernel.Multiply(rows, length, gates + first, Shape.GateRow, 1, _inputTransposed, first, 0, InputStride,
                    first > 0 ? inputGradient : null, InputStride, inputGradient, InputStride);
            }
        }
    }

    /// <summary>Gradient by the vectors of repeated tokens [begin, end).</summary>
    /// <param name="sums">The gradients by their gates.</param>
    /// <param name="inputGradient">[tokens, InputStride].</param>
    /// <param name="begin">First token.</param>
    /// <param name="end">Behind the last token.</param>
    public void InputGradient(PackedMatrix sums, float* inputGradient, int begin, int end)
    {
        // An element's sum is one chain, whatever blocks it is made in: here the panels.
        var width = _kernel.PanelWidth;
        var target = inputGradient + (nint)begin * InputStride;
        for (var column = 0; column < Shape.GateRow; column += width)
        {
            _kernel.Multiply(
                end - begin, width, sums.Panel(column) + (nint)begin * width, width, 1, _inputTransposed, column, 0, InputStride,
                column == 0 ? null : target, InputStride, target, InputStride);
        }
    }

    /// <summary>
    /// Adds the chunk's part of the weight gradients. A worker computes whole columns, over all rows in their order:
    /// the sums do not depend on the number of threads.
    /// </summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="record">Its states, and the gradient by its gates.</param>
    /// <param name="inputs">What the rows read; with <paramref name="repeated"/> those only that have no such token.</param>
    /// <param name="repeated">Receives what the input weights' gradient gets of repeated tokens; null for none.</param>
    /// <param name="team">Who shares the work.</param>
    /// <param name="worker">Whose share.</param>
    public void WeightGradient(in Chunk chunk, LayerRecord record, float* inputs, RepeatedGates? repeated, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(Shape.GateRow, MatrixKernel.ColumnAlignment, worker);
        for (var column = begin; column < end; column += MatrixKernel.ColumnAlignment)
            WeightGradient(chunk, record, inputs, repeated, column, _gateGradients[worker]);
    }

    /// <summary>Adds the repeated tokens' part of the input weights' gradient; workers share columns as for the rest.</summary>
    /// <param name="inputs">[tokens, InputStride]: their vectors.</param>
    /// <param name="repeated">The gradients by their gates.</param>
    /// <param name="team">Who shares the work.</param>
    /// <param name="worker">Whose share.</param>
    public void WeightGradient(float* inputs, RepeatedGates repeated, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(Shape.GateRow, MatrixKernel.ColumnAlignment, worker);
        for (var column = begin; column < end; column += MatrixKernel.ColumnAlignment)
            AddInputProduct(column, inputs, repeated.Sums, column, repeated.Count);
    }

    /// <summary>The weight gradients of one panel's worth of gates, from <paramref name="column"/> on.</summary>
    private void WeightGradient(in Chunk chunk, LayerRecord record, float* inputs, RepeatedGates? repeated, int column, PackedMatrix gates)
    {
        var gateRow = Shape.GateRow;
        var source = record.Gates.Pointer + column;
        _kernel.PackAndSum(source, gateRow, gates, _bias.Gradient + column);

        var half = column / Shape.GateStride;
        var ofHalf = column - half * Shape.GateStride;
        if (!Shape.Spec.TimeConstants.AreLearned)
            Clear(_bias, column, ofHalf, Shape.Spec.ConstantGates);

        var hidden = half == 0 ? _hiddenInputs.Pointer : record.Hidden.Pointer + (nint)chunk.SlotAfter(0) * Shape.StateStride;
        var hiddenRow = half == 0 ? Shape.HalfStride : Shape.StateStride;
        var resetReaders = Shape.Spec.ResetReaders;
        if (resetReaders.Count > 0 && ofHalf >= resetReaders.First * Shape.BlockStride)
        {
            hidden = _reset.Pointer + half * Shape.HalfStride;
            hiddenRow = Shape.StateStride;
        }
        AddProduct(_hidden[half], ofHalf, Shape.Half, hidden, hiddenRow, gates, 0, gates.Rows);
        Flow?.Add(_kernel, gates, column);
        Clear(_hidden[half], ofHalf, ofHalf, Shape.Spec.HiddenlessGates);
        AddInnerProduct(ofHalf, gates);
        AddInputProduct(column, inputs, gates, 0, repeated?.TakeFrom(gates, column) ?? gates.Rows);
    }

    /// <summary>The gates of a stage are whole panels.</summary>
    private void AddInnerProduct(int ofHalf, PackedMatrix gates)
    {
        for (var stage = 0; stage < _parameters.Inner.Length; stage++)
        {
            var run = Shape.Spec.Stages[stage].Gates;
            if (run.Contains(ofHalf / Shape.BlockStride))
            {
                AddProduct(_parameters.Inner[stage], ofHalf - run.First * Shape.BlockStride, Shape.InnerDepth(stage),
                    _inner.Pointer + Shape.InnerOffset(stage), Shape.InnerRow, gates, 0, gates.Rows);
            }
        }
    }

    private void AddInputProduct(int column, float* inputs, PackedMatrix gates, int gateColumn, int rows)
    {
        AddProduct(_parameters.Input, column, _parameters.InputRows, inputs, InputStride, gates, gateColumn, rows);
        Clear(_parameters.Input, column, column % Shape.GateStride, Shape.Spec.InputlessGates);
    }

    /// <summary>gradient[M, one panel] += left^T gates, summed over rows.</summary>
    private void AddProduct(Parameter weights, int column, int m, float* left, int leftRow, PackedMatrix gates, int gateColumn, int rows)
    {
        var gradient = weights.Gradient + column;
        _kernel.Multiply(
            m, rows, left, 1, leftRow, gates, 0, gateColumn, MatrixKernel.ColumnAlignment, gradient, weights.Stride, gradient, weights.Stride);
    }

    /// <summary>Gates without weights have zeros in their place, and those stay: clears what the product of a panel added to their gradients.</summary>
    private void Clear(Parameter weights, int column, int ofHalf, int[] gates)
    {
        foreach (var gate in gates)
        {
            var first = Math.Max(gate * Shape.BlockStride, ofHalf);
            var end = Math.Min((gate + 1) * Shape.BlockStride, ofHalf + MatrixKernel.ColumnAlignment);
            for (var row = 0; row < weights.RowCapacity && first < end; row++)
                new Span<float>(weights.Gradient + (nint)row * weights.Stride + column + first - ofHalf, end - first).Clear();
        }
    }

    private static void AddTo(float* target, float* addend, int length) =>
        TensorPrimitives.Add(
            new ReadOnlySpan<float>(target, length), new ReadOnlySpan<float>(addend, length), new Span<float>(target, length));

    private float* HiddenWeights(int half, bool forTraining) =>
        forTraining && WeightDrop != null ? WeightDrop.Dropped(half) : _hidden[half].Value;
}
