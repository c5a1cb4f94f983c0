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
            hidden.Pack(HiddenWeights(half, forTraining), _parameters.Hidden[half].Stride, first, end);
        }
        if (!forTraining)
            return;
        (first, end) = team.Share(_inputTransposed.PanelCount, 1, worker);
        _inputTransposed.PackTransposed(_parameters.Input.Value, _parameters.Input.Stride, first, end);
        for (var half = 0; half < Shape.Halves; half++)
        {
            var hidden = _cell.Weights.HiddenTransposed[half];
            (first, end) = team.Share(hidden.PanelCount, 1, worker);
            hidden.PackTransposed(HiddenWeights(half, forTraining), _parameters.Hidden[half].Stride, first, end);
        }
    }

    /// <summary>Makes the transposed weights' buffers; needed before <see cref="PackWeights"/> for training.</summary>
    public void PrepareTraining()
    {
        _inputTransposed.Resize(Shape.GateRow, _parameters.InputStride);
        foreach (var hidden in _cell.Weights.HiddenTransposed)
            hidden.Resize(Shape.GateStride, Shape.Half);
    }

    /// <summary>The input's part of all gates of flat rows [begin, end), with bias.</summary>
    public void MultiplyInputs(LayerRecord record, float* inputs, int begin, int end)
    {
        var row = Shape.GateRow;
        _kernel.Multiply(end - begin, _parameters.InputRows,
            inputs + (nint)begin * _parameters.InputStride, _parameters.InputStride, 1,
            _inputWeights, 0, 0, row, _parameters.Bias.Value, 0, record.Gates.Pointer + (nint)begin * row, row);
    }

    /// <summary>Gradient by the inputs of flat rows [begin, end).</summary>
    public void InputGradient(LayerRecord record, float* inputGradient, int begin, int end)
    {
        var row = Shape.GateRow;
        _kernel.Multiply(end - begin, row, record.Gates.Pointer + (nint)begin * row, row, 1,
            _inputTransposed, 0, 0, _parameters.InputStride, null, 0,
            inputGradient + (nint)begin * _parameters.InputStride, _parameters.InputStride);
    }

    /// <summary>
    /// Adds the chunk's part of the weight gradients. A worker computes whole columns, over all rows in their order:
    /// the sums do not depend on the number of threads.
    /// </summary>
    public void WeightGradient(in Chunk chunk, LayerRecord record, float* inputs, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(Shape.GateRow, MatrixKernel.ColumnAlignment, worker);
        for (var column = begin; column < end; column += MatrixKernel.ColumnAlignment)
            WeightGradient(chunk, record, inputs, column, _gateGradients[worker]);
    }

    /// <summary>The weight gradients of one panel's worth of gates, from <paramref name="column"/> on.</summary>
    private void WeightGradient(in Chunk chunk, LayerRecord record, float* inputs, int column, PackedMatrix gates)
    {
        var gateRow = Shape.GateRow;
        var source = record.Gates.Pointer + column;
        gates.Pack(source, gateRow, 0, gates.PanelCount);

        var half = column / Shape.GateStride;
        var ofHalf = column - half * Shape.GateStride;
        AddProduct(_parameters.Input, column, _parameters.InputRows, inputs, _parameters.InputStride, gates);
        Clear(_parameters.Input, column, ofHalf, Shape.Spec.InputlessGates);
        var bias = _parameters.Bias.Gradient + column;
        for (var r = 0; r < chunk.FlatRows; r++)
            AddTo(bias, source + (nint)r * gateRow, MatrixKernel.ColumnAlignment);

        var hidden = half == 0 ? _hiddenInputs.Pointer : record.Hidden.Pointer + (nint)chunk.SlotAfter(0) * Shape.StateStride;
        var hiddenRow = half == 0 ? Shape.HalfStride : Shape.StateStride;
        var resetReaders = Shape.Spec.ResetReaders;
        if (resetReaders.Count > 0 && ofHalf >= resetReaders.First * Shape.BlockStride)
        {
            hidden = _reset.Pointer + half * Shape.HalfStride;
            hiddenRow = Shape.StateStride;
        }
        AddProduct(_parameters.Hidden[half], ofHalf, Shape.Half, hidden, hiddenRow, gates);
        Clear(_parameters.Hidden[half], ofHalf, ofHalf, Shape.Spec.HiddenlessGates);
    }

    /// <summary>gradient[M, one panel] += left^T gates, summed over the chunk's flat rows.</summary>
    private void AddProduct(Parameter weights, int column, int m, float* left, int leftRow, PackedMatrix gates)
    {
        var gradient = weights.Gradient + column;
        _kernel.Multiply(m, gates.Rows, left, 1, leftRow, gates, 0, 0, MatrixKernel.ColumnAlignment, gradient, weights.Stride, gradient, weights.Stride);
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
        forTraining && WeightDrop != null ? WeightDrop.Dropped(half) : _parameters.Hidden[half].Value;
}
