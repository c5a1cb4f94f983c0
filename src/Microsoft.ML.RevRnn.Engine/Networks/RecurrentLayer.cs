using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// One recurrent layer at work: its states, its packed weights, and its part of each phase of a chunk. A phase's work on rows is split
/// over threads by the caller; rows are independent of each other, so no split changes a bit.
/// </summary>
internal sealed unsafe partial class RecurrentLayer : IDisposable
{
    private readonly LayerParameters _parameters;
    private readonly Parameter _bias;
    private readonly Parameter[] _hidden;
    private readonly MatrixKernel _kernel;
    private readonly RecurrentCell _cell;
    private readonly PackedMatrix _inputWeights;
    private readonly PackedMatrix _inputTransposed;
    private readonly PackedMatrix[] _gateGradients;
    private readonly LostBitStore _lostBits;
    private readonly NativeBuffer<int>[] _states;
    private readonly NativeBuffer<float>[] _stateGradients;
    private readonly NativeBuffer<float> _scratch;
    private readonly NativeBuffer<float> _reset;
    private readonly NativeBuffer<float> _hiddenInputs;
    private readonly NativeBuffer<float> _inner;
    private readonly NativeBuffer<float> _innerGradient;
    private readonly List<ulong> _checksums = [];
    private bool _startsAtZero;

    public RecurrentLayer(LayerParameters parameters, ForgettingLimit limit, CellArithmetic arithmetic, Device device)
    {
        _parameters = parameters;
        Shape = parameters.Shape;
        Made = parameters.CreateMadeWeights();
        (_bias, _hidden) = Made == null ? (parameters.Bias, parameters.Hidden) : (Made.Bias, Made.Hidden);
        _kernel = device.Matrix;
        var meter = device.Memory;
        _cell = RecurrentCell.Create(Shape, limit, arithmetic, device.Width);
        _inputWeights = new PackedMatrix(parameters.InputRows, Shape.GateRow, _kernel);
        _inputTransposed = new PackedMatrix(0, 0, _kernel);
        _gateGradients = new PackedMatrix[device.Team.Size];
        for (var worker = 0; worker < _gateGradients.Length; worker++)
            _gateGradients[worker] = new PackedMatrix(0, 0, _kernel, meter);
        _lostBits = new LostBitStore(meter);
        _states = [.. Shape.Spec.States.Select(_ => new NativeBuffer<int>(meter))];
        _stateGradients = [.. Shape.Spec.States.Select(_ => new NativeBuffer<float>(meter))];
        _scratch = new NativeBuffer<float>(meter);
        _reset = new NativeBuffer<float>(meter);
        _hiddenInputs = new NativeBuffer<float>(meter);
        _inner = new NativeBuffer<float>(meter);
        _innerGradient = new NativeBuffer<float>(meter);
    }

    public CellShape Shape { get; }

    /// <summary>Length of a row of inputs, padded.</summary>
    public int InputStride => _parameters.InputStride;

    /// <summary>[B, StateStride]: a state now, in the cell's arithmetic.</summary>
    public int* State(int state) => _states[state].Pointer;

    /// <summary>[B, StateStride]: the gradient by a state before the steps already gone back over.</summary>
    public float* StateGradient(int state) => _stateGradients[state].Pointer;

    /// <summary>What the forget gates of this layer threw away.</summary>
    public LostBitStore LostBitStore => _lostBits;

    /// <summary>Makes recurrent weights and biases, which must come before they are packed; null where they are learned themselves.</summary>
    public MadeWeights? Made { get; }

    /// <summary>Zeroes recurrent weights in training; null for none.</summary>
    public WeightDrop? WeightDrop { get; init; }

    /// <summary>Keeps the length of gradients; null where nothing does.</summary>
    public InformationFlow? Flow { get; init; }

    /// <summary>Measures how far gradients reach; null where nobody asks.</summary>
    public GradientReach? Reach { get; init; }

    /// <summary>Makes room for a chunk; not thread-safe, so it comes before the phases.</summary>
    public void PrepareChunk(in Chunk chunk, LayerRecord record, bool backward)
    {
        record.EnsureCapacity(chunk.FlatRows, chunk.SlotRows);
        if (Shape.Spec.HasReset)
            _reset.EnsureLength((long)chunk.FlatRows * Shape.StateStride);
        _inner.EnsureLength((long)chunk.FlatRows * Shape.InnerRow);
        if (!backward)
            return;
        Flow?.Prepare(chunk);
        _hiddenInputs.EnsureLength((long)chunk.FlatRows * Shape.HalfStride);
        foreach (var columns in _gateGradients)
            columns.Resize(chunk.FlatRows, MatrixKernel.ColumnAlignment);
    }

    /// <summary>Steps of a chunk, forward; those before them must have been run.</summary>
    public void Forward(in Chunk chunk, LayerRecord record, in ChunkPart part)
    {
        var begin = part.Begin;
        var end = Math.Min(part.End, chunk.ActiveRows(part.FirstStep));
        if (begin >= end)
            return;
        if (part.FirstStep == 0)
            Materialize(record, 0, begin, end);
        for (var s = part.FirstStep; s < part.EndStep; s++)
        {
            var active = Math.Min(end, chunk.ActiveRows(s));
            if (begin < active)
                _cell.Forward(Step(chunk, record, s), begin, active);
        }
    }

    /// <summary>
    /// Steps of a chunk, backwards from the states after them: gives back states and start states, and the gates unless the record still has them. The steps
    /// behind them must have been reversed.
    /// </summary>
    public void Reverse(in Chunk chunk, LayerRecord record, in ChunkPart part, bool hasGates = false)
    {
        var (begin, end) = (part.Begin, part.End);
        var known = part.EndStep == chunk.Steps ? begin : Math.Clamp(chunk.ActiveRows(part.EndStep), begin, end);
        for (var s = part.EndStep - 1; s >= part.FirstStep; s--)
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
            _cell.Reverse(Step(chunk, record, s), begin, active, hasGates);
        }
    }

    public void Dispose()
    {
        WeightDrop?.Dispose();
        Flow?.Dispose();
        Made?.Dispose();
        foreach (var owned in (ReadOnlySpan<IDisposable>)
            [_cell, _inputWeights, _inputTransposed, .. _gateGradients, _lostBits, .. _states, .. _stateGradients, _scratch, _reset, _hiddenInputs, _inner, _innerGradient])
        {
            owned.Dispose();
        }
    }

    private void Materialize(LayerRecord record, int slot, int begin, int end)
    {
        for (var state = 0; state < _states.Length; state++)
            _cell.Materialize(_states[state].Pointer, record.States[state].Pointer + (nint)slot * Shape.StateStride, begin, end);
    }

    private CellStep Step(in Chunk chunk, LayerRecord record, int s)
    {
        var before = (nint)chunk.SlotBefore(s) * Shape.StateStride;
        var after = (nint)chunk.SlotAfter(s) * Shape.StateStride;
        var flat = (nint)chunk.FlatRow(s);
        var step = new CellStep
        {
            Gates = record.Gates.Pointer + flat * Shape.GateRow,
            Reset = Shape.Spec.HasReset ? _reset.Pointer + flat * Shape.StateStride : null,
            Inner = _inner.Pointer + flat * Shape.InnerRow,
            InnerGradient = _innerGradient.Pointer,
            Scratch = _scratch.Pointer,
            LostBits = _lostBits,
            StartsAtZero = _startsAtZero && chunk.First + s == 0,
        };
        for (var state = 0; state < _states.Length; state++)
        {
            var values = record.States[state].Pointer;
            step.States[state] = new CellStep.State
            {
                Now = _states[state].Pointer,
                Before = values + before,
                After = values + after,
                Gradient = _stateGradients[state].Pointer,
            };
        }
        return step;
    }
}
