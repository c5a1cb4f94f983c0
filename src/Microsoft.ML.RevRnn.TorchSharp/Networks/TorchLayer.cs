using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// A layer's place in a stack on a device, as <see cref="StackLayer"/>: what it reads (token vectors or the outputs of the layer below, after dropout, plus what skips
/// that layer), its sweeps, and the gradient by its outputs.
/// </summary>
internal sealed class TorchLayer : IDisposable
{
    private readonly TorchDevice _device;
    private readonly TorchParameters _parameters;
    private readonly LayerParameters _layer;
    private readonly int _index;
    private readonly TorchLayer? _below;
    private readonly float _rate;
    private readonly TorchWeightDrop? _weightDrop;
    private readonly List<TorchBuffer> _outputs = [];
    private readonly List<ChunkRecord> _records = [];
    private readonly List<int[]> _checkpoints = [];
    private TorchBatch? _batch;
    private ActivationPlan _plan;
    private LayerSweeps? _sweeps;
    private TorchBuffer? _inputs;
    private TorchBuffer? _outputGradient;
    private TorchBuffer? _mask;

    /// <param name="device">The device.</param>
    /// <param name="parameters">All matrices.</param>
    /// <param name="stack">The stack's.</param>
    /// <param name="index">Which of its layers, from 0 at the bottom.</param>
    /// <param name="below">The layer below; null for the first.</param>
    /// <param name="rates">Rates of dropout.</param>
    public TorchLayer(TorchDevice device, TorchParameters parameters, StackParameters stack, int index, TorchLayer? below, DropoutRates rates)
    {
        _device = device;
        _parameters = parameters;
        _layer = stack.Layers[index];
        _index = index;
        _below = below;
        _rate = index > 0 ? rates.Layer : rates.InputByToken ? 0 : rates.Input;
        _weightDrop = rates.Weight > 0 ? new TorchWeightDrop(device, parameters, _layer.Hidden, rates.Weight, index) : null;
        Skips = stack.Shape.SkipsTo(index);
        Limit = stack.Shape.Options.ForgettingLimit;
    }

    public CellShape Shape => _layer.Shape;

    public ForgettingLimit Limit { get; }

    /// <summary>Length of a row of inputs, padded.</summary>
    public int InputStride => _layer.InputStride;

    /// <summary>Whether the layer reads what the layer below reads too.</summary>
    public bool Skips { get; }

    public SweepMemory Memory => _sweeps!.Memory;

    /// <summary>Whether what the layer reads is other than the outputs of the layer below.</summary>
    private bool HasInputs => _below == null || Skips || (_rate > 0 && _batch!.IsTraining);

    /// <summary>Makes a batch's dropped weights.</summary>
    public void DropWeights(ulong seed) => _weightDrop?.Apply(seed);

    public void Begin(TorchBatch batch, ActivationPlan plan, bool reservesAll)
    {
        Release();
        _batch = batch;
        _plan = plan;
        var steps = batch.Steps;
        _sweeps = new LayerSweeps(
            _device.Kernels, Shape, Limit, (_layer.InputRows, InputStride), steps, SweepPlan.For(Shape, batch.Packed.RowCount, _device.Kernels.Limits))
        {
            ReservesAllPages = reservesAll,
        };
        _sweeps.Begin(batch.IsTraining && _weightDrop != null ? _weightDrop.WeightsOf(_layer) : _parameters.WeightsOf(_layer));
        if (HasInputs)
            _inputs = _device.Rows(steps.MostRows, InputStride);
        if (batch.IsTraining)
            _outputGradient = _device.Rows(steps.MostRows, Shape.StateStride);
        if (batch.IsTraining && _rate > 0)
        {
            var keys = new ulong[batch.Packed.RowCount];
            for (var row = 0; row < keys.Length; row++)
                keys[row] = CounterRandom.Key(batch.Seed, RandomUse.LayerDropout + (ulong)_index, (ulong)row);
            _mask = Masks.Create(_device, _rate, InputStride, keys);
        }
    }

    /// <summary>[flat rows, StateStride]: the outputs of a chunk.</summary>
    public torch.Tensor Outputs(in Chunk chunk) => Part(OutputBuffer(chunk), chunk);

    /// <summary>[flat rows, StateStride]: the gradient by them.</summary>
    public torch.Tensor OutputGradient(in Chunk chunk) => Part(_outputGradient!, chunk);

    /// <summary>Their addresses.</summary>
    public (nint Outputs, nint Gradient) Addresses(in Chunk chunk) => (OutputBuffer(chunk).Address, _outputGradient?.Address ?? 0);

    /// <summary>Keeps the states at a segment's start.</summary>
    public void Save(int segment)
    {
        while (_checkpoints.Count <= segment)
            _checkpoints.Add([]);
        _checkpoints[segment] = Memory.ReadStates();
    }

    /// <summary>After the pass back over the segment above: goes back to a segment's start.</summary>
    public void Restore(int segment)
    {
        Memory.CheckReversed(_checkpoints[segment + 1]);
        Memory.WriteStates(_checkpoints[segment]);
    }

    public void Forward(in Chunk chunk, TorchInput input, bool keepsLostBits)
    {
        WriteInputs(chunk, input);
        _sweeps!.Forward(chunk.First, Inputs(chunk).Address, OutputBuffer(chunk).Address, keepsLostBits, Record(chunk));
    }

    /// <summary>Makes inputs and outputs available again.</summary>
    public void Recover(in Chunk chunk, TorchInput input)
    {
        WriteInputs(chunk, input);
        if (_plan.Reverses)
            _sweeps!.Recover(chunk.First, Inputs(chunk).Address, OutputBuffer(chunk).Address);
    }

    /// <summary>The gradients by the layer's weights, and by what it reads.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="inputGradient">Receives the latter.</param>
    /// <param name="longest">Rows whose gradient by the states before the chunk is longer have it scaled down.</param>
    /// <param name="isLast">Whether the chunk is the last that was run forward.</param>
    public void Backward(in Chunk chunk, nint inputGradient, float longest, bool isLast)
    {
        var activations = isLast ? ChunkActivations.Inputs : ChunkActivations.Recovered;
        _sweeps!.Backward(
            chunk.First, Inputs(chunk).Address, _outputGradient!.Address, inputGradient, _parameters.GradientsOf(_layer), activations, Record(chunk));
        if (longest < float.PositiveInfinity)
            _sweeps.LimitGradients(longest);
    }

    /// <summary>From the gradient by what the layer reads, in place, to that by the outputs of the layer below, as <see cref="StackLayer.PassDown"/>.</summary>
    public void PassDown(in Chunk chunk, torch.Tensor gradient, torch.Tensor? skipped, bool isSkipped)
    {
        if (isSkipped)
            gradient.add_(skipped!);
        if (Skips)
            skipped!.copy_(gradient);
        Drop(chunk, gradient);
    }

    /// <summary>From the gradients by dropped weights to those by the weights.</summary>
    public void FinishGradients() => _weightDrop?.ApplyToGradients();

    /// <summary>Gives back what the last batch took.</summary>
    public void Release()
    {
        _sweeps?.Dispose();
        foreach (var buffer in (ReadOnlySpan<TorchBuffer?>)[_inputs, _outputGradient, _mask, .. _outputs])
            buffer?.Dispose();
        foreach (var record in _records)
            record.Dispose();
        _outputs.Clear();
        _records.Clear();
        _checkpoints.Clear();
        (_sweeps, _inputs, _outputGradient, _mask) = (null, null, null, null);
    }

    public void Dispose()
    {
        Release();
        _weightDrop?.Dispose();
    }

    private static torch.Tensor Part(TorchBuffer buffer, in Chunk chunk) => buffer.Tensor.narrow(0, 0, chunk.FlatRows);

    private TorchBuffer Inputs(in Chunk chunk) => HasInputs ? _inputs! : _below!.OutputBuffer(chunk);

    /// <summary>Whether each chunk of a segment has a place of its own.</summary>
    private bool Stores => !_plan.Reverses && _batch!.IsTraining;

    private ChunkRecord? Record(in Chunk chunk)
    {
        if (!Stores)
            return null;
        while (_records.Count <= chunk.Index % _plan.SegmentChunks)
            _records.Add(_sweeps!.CreateRecord());
        return _records[chunk.Index % _plan.SegmentChunks];
    }

    private TorchBuffer OutputBuffer(in Chunk chunk)
    {
        var index = Stores ? chunk.Index % _plan.SegmentChunks : 0;
        while (_outputs.Count <= index)
            _outputs.Add(_device.Rows(_batch!.Steps.MostRows, Shape.StateStride));
        return _outputs[index];
    }

    private void WriteInputs(in Chunk chunk, TorchInput input)
    {
        if (!HasInputs)
            return;
        using var scope = torch.NewDisposeScope();
        var target = Part(_inputs!, chunk);
        if (_below == null)
            input.Write(chunk, target);
        else
            target.copy_(_below.Outputs(chunk));
        Drop(chunk, target);
        if (Skips)
            target.add_(Part(_below!.Inputs(chunk), chunk));
    }

    /// <summary>One mask a row of the batch, the same at every step.</summary>
    private void Drop(in Chunk chunk, torch.Tensor values)
    {
        if (_mask != null)
            values.mul_(_mask.Tensor.index_select(0, _batch!.RowsOf(chunk)));
    }
}
