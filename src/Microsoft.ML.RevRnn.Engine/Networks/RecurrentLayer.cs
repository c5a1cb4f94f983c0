using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// One recurrent layer at work: its state, its packed weights, and its part of each phase of a chunk. A phase's work on rows is split
/// over threads by the caller; rows are independent of each other, so no split changes a bit.
/// </summary>
internal sealed unsafe class RecurrentLayer : IDisposable
{
    private readonly LayerParameters _parameters;
    private readonly MatrixKernel _kernel;
    private readonly RecurrentCell _cell;
    private readonly PackedMatrix _inputWeights;
    private readonly PackedMatrix _inputTransposed;
    private readonly PackedMatrix[] _gateGradients;
    private readonly LostBitStore _lostBits;
    private readonly NativeBuffer<int> _hiddenState;
    private readonly NativeBuffer<int> _cellState;
    private readonly NativeBuffer<float> _hiddenGradient1;
    private readonly NativeBuffer<float> _hiddenGradient2;
    private readonly NativeBuffer<float> _cellGradient;
    private readonly NativeBuffer<float> _scratch;
    private readonly NativeBuffer<float> _reset;
    private readonly NativeBuffer<float> _hiddenInputs;
    private readonly List<ulong> _checksums = [];

    public RecurrentLayer(
        LayerParameters parameters, ForgettingLimit limit, CellArithmetic arithmetic, SimdWidth width, int workers, MemoryMeter? meter)
    {
        _parameters = parameters;
        Shape = parameters.Shape;
        _kernel = MatrixKernel.For(width);
        _cell = RecurrentCell.Create(Shape, limit, arithmetic, width);
        _inputWeights = new PackedMatrix(parameters.InputRows, Shape.GateRow, _kernel);
        _inputTransposed = new PackedMatrix(0, 0, _kernel);
        _gateGradients = new PackedMatrix[workers];
        for (var worker = 0; worker < workers; worker++)
            _gateGradients[worker] = new PackedMatrix(0, 0, _kernel, meter);
        _lostBits = new LostBitStore(meter);
        _hiddenState = new NativeBuffer<int>(meter);
        _cellState = new NativeBuffer<int>(meter);
        _hiddenGradient1 = new NativeBuffer<float>(meter);
        _hiddenGradient2 = new NativeBuffer<float>(meter);
        _cellGradient = new NativeBuffer<float>(meter);
        _scratch = new NativeBuffer<float>(meter);
        _reset = new NativeBuffer<float>(meter);
        _hiddenInputs = new NativeBuffer<float>(meter);
    }

    public CellShape Shape { get; }

    /// <summary>Whether all states are zero, as before the first step.</summary>
    public bool HasZeroStates(int rows)
    {
        var length = rows * Shape.StateStride;
        return !_hiddenState.Span[..length].ContainsAnyExcept(0)
            && (!Shape.HasCellState || !_cellState.Span[..length].ContainsAnyExcept(0));
    }

    /// <summary>[B, StateStride]: the hidden state now, in the cell's arithmetic.</summary>
    public int* HiddenState => _hiddenState.Pointer;

    /// <summary>[B, StateStride]: the cell state now; null where the cell has none.</summary>
    public int* CellState => _cellState.Pointer;

    /// <summary>[B, HalfStride]: the gradient of a half by the hidden state before the steps already gone back over.</summary>
    public float* HiddenGradient(int half) => half == 0 ? _hiddenGradient1.Pointer : _hiddenGradient2.Pointer;

    /// <summary>[B, StateStride]: likewise by the cell state.</summary>
    public float* CellGradient => _cellGradient.Pointer;

    /// <summary>What the forget gates of this layer threw away.</summary>
    public LostBitStore LostBitStore => _lostBits;

    /// <summary>Zeroes recurrent weights in training; null for none.</summary>
    public WeightDrop? WeightDrop { get; init; }

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

    /// <summary>An empty lost-bit store for a batch of <paramref name="rows"/> rows, and zero states unless those of the last step are to go on.</summary>
    public void Begin(int rows, bool keepsLostBits, bool continues = false)
    {
        if (!continues)
        {
            _hiddenState.EnsureLength((long)rows * Shape.StateStride);
            _hiddenState.Clear();
            if (Shape.HasCellState)
            {
                _cellState.EnsureLength((long)rows * Shape.StateStride);
                _cellState.Clear();
            }
        }
        // A cell that forgets nothing has no use for lanes.
        _lostBits.Reset(Shape.IsNoForgetting ? 0 : rows, keepsLostBits);
        _checksums.Clear();
    }

    /// <summary>Keeps the state of the first <paramref name="rows"/> rows as it is now.</summary>
    public void Save(Checkpoint checkpoint, int rows)
    {
        var length = rows * Shape.StateStride;
        checkpoint.Rows = rows;
        checkpoint.Hidden.EnsureLength(length);
        _hiddenState.Span[..length].CopyTo(checkpoint.Hidden.Span);
        if (Shape.HasCellState)
        {
            checkpoint.Cell.EnsureLength(length);
            _cellState.Span[..length].CopyTo(checkpoint.Cell.Span);
        }
        checkpoint.Digits.EnsureLength(_lostBits.Digits.Length);
        checkpoint.Fill.EnsureLength(_lostBits.Fill.Length);
        _lostBits.Digits.CopyTo(checkpoint.Digits.Span);
        _lostBits.Fill.CopyTo(checkpoint.Fill.Span);
    }

    /// <summary>Goes back to a kept state.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        RestoreStates(checkpoint);
        checkpoint.Digits.Span[.._lostBits.Digits.Length].CopyTo(_lostBits.Digits);
        checkpoint.Fill.Span[.._lostBits.Fill.Length].CopyTo(_lostBits.Fill);
    }

    /// <summary>Goes back to kept states, whatever is in the lost-bit store.</summary>
    public void RestoreStates(Checkpoint checkpoint)
    {
        var length = checkpoint.Rows * Shape.StateStride;
        checkpoint.Hidden.Span[..length].CopyTo(_hiddenState.Span);
        if (Shape.HasCellState)
            checkpoint.Cell.Span[..length].CopyTo(_cellState.Span);
    }

    public void BeginBackward(int rows)
    {
        foreach (var gradient in (ReadOnlySpan<NativeBuffer<float>>)[_hiddenGradient1, _hiddenGradient2, _scratch])
        {
            gradient.EnsureLength((long)rows * Shape.HalfStride);
            gradient.Clear();
        }
        if (Shape.HasCellState)
        {
            _cellGradient.EnsureLength((long)rows * Shape.StateStride);
            _cellGradient.Clear();
        }
    }

    /// <summary>Makes room for a chunk; not thread-safe, so it comes before the phases.</summary>
    public void PrepareChunk(in Chunk chunk, LayerRecord record, bool backward)
    {
        record.EnsureCapacity(Shape, chunk.FlatRows, chunk.SlotRows);
        if (!Shape.HasCellState)
            _reset.EnsureLength((long)chunk.FlatRows * Shape.StateStride);
        if (!backward)
            return;
        _hiddenInputs.EnsureLength((long)chunk.FlatRows * Shape.HalfStride);
        foreach (var columns in _gateGradients)
            columns.Resize(chunk.FlatRows, MatrixKernel.ColumnAlignment);
    }

    /// <summary>The input's part of all gates of flat rows [begin, end), with bias.</summary>
    public void MultiplyInputs(LayerRecord record, float* inputs, int begin, int end)
    {
        var row = Shape.GateRow;
        _kernel.Multiply(end - begin, _parameters.InputRows,
            inputs + (nint)begin * _parameters.InputStride, _parameters.InputStride, 1,
            _inputWeights, 0, 0, row, _parameters.Bias.Value, 0, record.Gates.Pointer + (nint)begin * row, row);
    }

    /// <summary>All steps of a chunk, forward, for rows [begin, end) of the batch.</summary>
    public void Forward(in Chunk chunk, LayerRecord record, int begin, int end)
    {
        end = Math.Min(end, chunk.ActiveRows(0));
        if (begin >= end)
            return;
        Materialize(record, 0, begin, end);
        for (var s = 0; s < chunk.Steps; s++)
        {
            var active = Math.Min(end, chunk.ActiveRows(s));
            if (begin < active)
                _cell.Forward(Step(chunk, record, s), begin, active);
        }
    }

    /// <summary>All steps of a chunk, backwards from the states after it, for rows [begin, end): gives back gates, states and start states.</summary>
    public void Reverse(in Chunk chunk, LayerRecord record, int begin, int end)
    {
        var known = begin;
        for (var s = chunk.Steps - 1; s >= 0; s--)
        {
            var active = Math.Min(end, chunk.ActiveRows(s));
            if (begin >= active)
                continue;
            // Rows whose last step this is: their state has not been written by a later step's reversal.
            if (known < active)
            {
                Materialize(record, chunk.SlotAfter(s), known, active);
                known = active;
            }
            _cell.Reverse(Step(chunk, record, s), begin, active);
        }
    }

    /// <summary>
    /// Gradients of all steps of a chunk for rows [begin, end); outputGradient [flat rows, StateStride] is that of the layer's outputs. A row whose
    /// gradient by the state before the chunk is longer than <paramref name="longest"/> has it scaled down.
    /// </summary>
    public void Backward(in Chunk chunk, LayerRecord record, float* outputGradient, float longest, int begin, int end)
    {
        for (var s = chunk.Steps - 1; s >= 0; s--)
        {
            var active = Math.Min(end, chunk.ActiveRows(s));
            if (begin >= active)
                continue;
            var flat = outputGradient + (nint)chunk.FlatRow(s) * Shape.StateStride;
            for (var b = begin; b < active; b++)
            {
                AddTo(_hiddenGradient1.Pointer + (nint)b * Shape.HalfStride, flat + (nint)b * Shape.StateStride, Shape.HalfStride);
                if (Shape.Halves == 2)
                    AddTo(_hiddenGradient2.Pointer + (nint)b * Shape.HalfStride, flat + (nint)b * Shape.StateStride + Shape.HalfStride, Shape.HalfStride);
            }
            _cell.Backward(Step(chunk, record, s), begin, active);

            // The states that half 1 read, of the other half if there is one, side by side as the weight gradient wants them.
            var before = record.Hidden.Pointer + (nint)chunk.SlotBefore(s) * Shape.StateStride + (Shape.Halves - 1) * Shape.HalfStride;
            var target = _hiddenInputs.Pointer + (nint)chunk.FlatRow(s) * Shape.HalfStride;
            for (var b = begin; b < active; b++)
            {
                new ReadOnlySpan<float>(before + (nint)b * Shape.StateStride, Shape.HalfStride)
                    .CopyTo(new Span<float>(target + (nint)b * Shape.HalfStride, Shape.HalfStride));
            }
        }
        for (var b = begin; b < Math.Min(end, chunk.ActiveRows(0)) && longest < float.PositiveInfinity; b++)
            ClipStateGradient(b, longest);
    }

    private void ClipStateGradient(int row, float longest)
    {
        var first = new Span<float>(_hiddenGradient1.Pointer + (nint)row * Shape.HalfStride, Shape.HalfStride);
        var second = Shape.Halves == 2 ? new Span<float>(_hiddenGradient2.Pointer + (nint)row * Shape.HalfStride, Shape.HalfStride) : [];
        var cell = Shape.HasCellState ? new Span<float>(_cellGradient.Pointer + (nint)row * Shape.StateStride, Shape.StateStride) : [];
        var norm = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(first) + TensorPrimitives.SumOfSquares<float>(second) + TensorPrimitives.SumOfSquares<float>(cell));
        if (norm <= longest)
            return;
        var factor = float.IsFinite(norm) ? longest / norm : 0;
        Scale(first, factor);
        Scale(second, factor);
        Scale(cell, factor);
    }

    /// <summary>A factor of 0 clears, what is not finite too.</summary>
    private static void Scale(Span<float> gradient, float factor)
    {
        if (factor == 0)
            gradient.Clear();
        else
            TensorPrimitives.Multiply(gradient, factor, gradient);
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

    /// <summary>sum -log2 z over the forget gates of flat rows [begin, end): the least bits that exact reversal can do with.</summary>
    public double OptimalBits(LayerRecord record, int begin, int end)
    {
        var logarithms = (stackalloc float[256]);
        var bits = 0.0;
        for (var r = begin; r < end; r++)
        {
            for (var half = 0; half < Shape.Halves; half++)
            {
                var gates = record.Gates.Pointer + (nint)r * Shape.GateRow + half * Shape.GateStride;
                foreach (var gate in Shape.ForgetGates)
                {
                    for (var u = 0; u < Shape.Half; u += logarithms.Length)
                    {
                        var part = logarithms[..Math.Min(logarithms.Length, Shape.Half - u)];
                        TensorPrimitives.Log2(new ReadOnlySpan<float>(gates + gate * Shape.BlockStride + u, part.Length), part);
                        bits -= TensorPrimitives.Sum<float>(part);
                    }
                }
            }
        }
        return bits;
    }

    /// <summary>Adds a checksum of the states at a chunk's start, to be compared when recomputation is back there.</summary>
    public void RecordChecksum(int rows) => _checksums.Add(Checksum(rows));

    public void VerifyChecksum(in Chunk chunk)
    {
        if (_checksums[chunk.Index] == Checksum(chunk.ActiveRows(0)))
            return;
        throw new ReversalException(
            $"Recomputation did not return to the states before step {chunk.First}: the states' checksums differ. " +
            "The gradient would be wrong, so training stops. Please report this with the model's options; " +
            $"{nameof(ActivationStrategy)}.{nameof(ActivationStrategy.Stored)} avoids recomputation.");
    }

    public void Dispose()
    {
        WeightDrop?.Dispose();
        foreach (var owned in (ReadOnlySpan<IDisposable>)
            [_cell, _inputWeights, _inputTransposed, .. _gateGradients, _lostBits, _hiddenState, _cellState, _hiddenGradient1,
             _hiddenGradient2, _cellGradient, _scratch, _reset, _hiddenInputs])
        {
            owned.Dispose();
        }
    }

    private static void AddTo(float* target, float* addend, int length) =>
        TensorPrimitives.Add(
            new ReadOnlySpan<float>(target, length), new ReadOnlySpan<float>(addend, length), new Span<float>(target, length));

    private ulong Checksum(int rows) =>
        _cell.Checksum(_hiddenState.Pointer, 0, rows)
        + (Shape.HasCellState ? 3 * _cell.Checksum(_cellState.Pointer, 0, rows) : 0);

    private float* HiddenWeights(int half, bool forTraining) =>
        forTraining && WeightDrop != null ? WeightDrop.Dropped(half) : _parameters.Hidden[half].Value;

    private void Materialize(LayerRecord record, int slot, int begin, int end)
    {
        var offset = (nint)slot * Shape.StateStride;
        _cell.Materialize(_hiddenState.Pointer, record.Hidden.Pointer + offset, begin, end);
        if (Shape.HasCellState)
            _cell.Materialize(_cellState.Pointer, record.Cell.Pointer + offset, begin, end);
    }

    private CellStep Step(in Chunk chunk, LayerRecord record, int s)
    {
        var before = (nint)chunk.SlotBefore(s) * Shape.StateStride;
        var after = (nint)chunk.SlotAfter(s) * Shape.StateStride;
        var flat = (nint)chunk.FlatRow(s);
        var hasCell = Shape.HasCellState;
        return new CellStep
        {
            Gates = record.Gates.Pointer + flat * Shape.GateRow,
            HiddenState = _hiddenState.Pointer,
            CellState = _cellState.Pointer,
            HiddenBefore = record.Hidden.Pointer + before,
            HiddenAfter = record.Hidden.Pointer + after,
            CellBefore = hasCell ? record.Cell.Pointer + before : null,
            CellAfter = hasCell ? record.Cell.Pointer + after : null,
            Reset = hasCell ? null : _reset.Pointer + flat * Shape.StateStride,
            HiddenGradient1 = _hiddenGradient1.Pointer,
            HiddenGradient2 = _hiddenGradient2.Pointer,
            CellGradient = _cellGradient.Pointer,
            Scratch = _scratch.Pointer,
            LostBits = _lostBits,
        };
    }

    /// <summary>The weight gradients of one panel's worth of gates, from <paramref name="column"/> on.</summary>
    private void WeightGradient(in Chunk chunk, LayerRecord record, float* inputs, int column, PackedMatrix gates)
    {
        var rows = chunk.FlatRows;
        var gateRow = Shape.GateRow;
        var source = record.Gates.Pointer + column;
        gates.Pack(source, gateRow, 0, gates.PanelCount);

        AddProduct(_parameters.Input.Gradient + column, _parameters.Input.Stride, _parameters.InputRows, inputs, _parameters.InputStride, gates);
        var bias = _parameters.Bias.Gradient + column;
        for (var r = 0; r < rows; r++)
            AddTo(bias, source + (nint)r * gateRow, MatrixKernel.ColumnAlignment);

        var half = column / Shape.GateStride;
        var ofHalf = column - half * Shape.GateStride;
        var hidden = half == 0 ? _hiddenInputs.Pointer : record.Hidden.Pointer + (nint)chunk.SlotAfter(0) * Shape.StateStride;
        var hiddenRow = half == 0 ? Shape.HalfStride : Shape.StateStride;
        // The candidate of a GRU reads the reset hidden state instead.
        if (!Shape.HasCellState && ofHalf >= 2 * Shape.BlockStride)
        {
            hidden = _reset.Pointer + half * Shape.HalfStride;
            hiddenRow = Shape.StateStride;
        }
        var weights = _parameters.Hidden[half];
        AddProduct(weights.Gradient + ofHalf, weights.Stride, Shape.Half, hidden, hiddenRow, gates);
    }

    /// <summary>gradient[M, one panel] += left^T gates, summed over the chunk's flat rows.</summary>
    private void AddProduct(float* gradient, int gradientRow, int m, float* left, int leftRow, PackedMatrix gates) =>
        _kernel.Multiply(m, gates.Rows, left, 1, leftRow, gates, 0, 0, MatrixKernel.ColumnAlignment, gradient, gradientRow, gradient, gradientRow);
}
