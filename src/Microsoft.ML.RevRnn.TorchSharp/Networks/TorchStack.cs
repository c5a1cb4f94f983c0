using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// Recurrent layers on top of each other on a device, over the vectors of tokens, as <see cref="RecurrentStack"/>. The states of reversible cells always come back by
/// reversal; stored are, where the strategy says so, outputs and gates.
/// </summary>
internal sealed unsafe class TorchStack : ITorchEncoder
{
    private readonly StackParameters _stack;
    private readonly StackSettings _settings;
    private readonly TorchInput _input;
    private readonly TorchLayer[] _layers;
    private TorchBatch? _batch;
    private TorchBuffer? _inputGradient;
    private TorchBuffer? _skippedGradient;
    private int[][]? _start;
    private ActivationStrategy _strategy;
    private ActivationPlan _plan;
    private int _segment;
    private int _lastRun;
    private float _longest;

    /// <param name="device">The device.</param>
    /// <param name="parameters">All matrices.</param>
    /// <param name="stack">The layers'.</param>
    /// <param name="settings">How to work.</param>
    public TorchStack(TorchDevice device, TorchParameters parameters, StackParameters stack, StackSettings settings)
    {
        settings.Check(stack.Shape);
        Torch = device;
        _stack = stack;
        _settings = settings;
        _input = new TorchInput(device, parameters.Embedding, settings.Dropout);
        _layers = new TorchLayer[stack.Layers.Length];
        for (var i = 0; i < _layers.Length; i++)
            _layers[i] = new TorchLayer(device, parameters, stack, i, i == 0 ? null : _layers[i - 1], settings.Dropout);
        OutputColumns = stack.Shape.Top.StateColumns();
    }

    public TorchDevice Torch { get; }

    public Device Device => Torch.Host;

    public TorchBatch Batch => _batch!;

    public int OutputStride => _layers[^1].Shape.StateStride;

    public int[] OutputColumns { get; }

    public int ChunkCount => Batch.ChunkCount;

    public ActivationAccount Account { get; private set; }

    public float* OutputGradient => (float*)_layers[^1].Addresses(default).Gradient;

    /// <summary>The layers, from the bottom.</summary>
    public ReadOnlySpan<TorchLayer> Layers => _layers;

    private bool IsSegmented => _plan.SegmentCount(ChunkCount) > 1;

    public void PrepareTraining()
    {
        // Gradients are there already.
    }

    public void PackWeights(bool forTraining, ulong seed = 0)
    {
        foreach (var layer in _layers)
        {
            if (forTraining)
                layer.DropWeights(seed);
        }
    }

    public void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        Release();
        (_strategy, _plan) = training
            ? Footprint(batch.RowCount, batch.StepCount).Choose()
            : (ActivationStrategy.Stored, new ActivationPlan(int.MaxValue, false));
        _batch = new TorchBatch(Torch, batch, _settings.ChunkLengthOf(_stack.Shape).Steps(batch.RowCount), training, seed);
        foreach (var layer in _layers)
            layer.Begin(_batch, _plan, reservesAll: _settings.MemoryBudget != null);
        _start = start == null ? null : new int[_layers.Length][];
        for (var i = 0; i < _layers.Length && start != null; i++)
        {
            _start![i] = _layers[i].Memory.Arranged(start[i]);
            _layers[i].Memory.WriteStates(_start[i]);
        }
        _input.Begin(_batch);
        if (!training)
            return;
        _inputGradient = Torch.Rows(_batch.Steps.MostRows, _layers[0].InputStride);
        if (Array.Find(_layers, layer => layer.Skips) is { } skipping)
            _skippedGradient = Torch.Rows(_batch.Steps.MostRows, skipping.InputStride);
    }

    public void Release()
    {
        foreach (var layer in _layers)
            layer.Release();
        _input.Dispose();
        _batch?.Dispose();
        _inputGradient?.Dispose();
        _skippedGradient?.Dispose();
        (_batch, _inputGradient, _skippedGradient) = (null, null, null);
    }

    public Chunk GetChunk(int index) => Batch.GetChunk(index);

    public void Forward(in Chunk chunk)
    {
        if (Batch.IsTraining && chunk.Index % _plan.SegmentChunks == 0)
            StartSegment(chunk);
        // What the segments before the last lose on their way is lost again when they are repeated, and kept then.
        Run(chunk, keepsLostBits: Batch.IsTraining && _segment == _plan.SegmentCount(ChunkCount) - 1);
    }

    public float* Outputs(in Chunk chunk) => (float*)_layers[^1].Addresses(chunk).Outputs;

    public torch.Tensor OutputsOf(in Chunk chunk) => _layers[^1].Outputs(chunk);

    public torch.Tensor OutputGradientOf(in Chunk chunk) => _layers[^1].OutputGradient(chunk);

    public EncoderStates CreateStates(bool hasGradients = false) => hasGradients
        ? throw new NotSupportedException("Gradients by the states that a batch begins with are not made on a device.")
        : new EncoderStates([.. _layers.Select(layer => new LayerStates(layer.Shape, Device.Memory))], hasGradients);

    public void SaveStates(EncoderStates states)
    {
        for (var i = 0; i < _layers.Length; i++)
            _layers[i].Memory.Arrange(_layers[i].Memory.ReadStates(), states[i], Batch.Packed.RowCount);
    }

    public void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        _longest = _settings.MaximumStateGradientNorm * lossScale;
        foreach (var layer in _layers)
            layer.Memory.ClearCarried();
        _input.BeginGradient();
    }

    public void Recover(in Chunk chunk)
    {
        var segment = chunk.Index / _plan.SegmentChunks;
        if (segment != _segment)
            Repeat(segment);
        if (chunk.Index == _lastRun)
            return;
        foreach (var layer in _layers)
            layer.Recover(chunk, _input);
    }

    public void Backward(in Chunk chunk)
    {
        using var scope = torch.NewDisposeScope();
        var isLast = chunk.Index == _lastRun;
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            var layer = _layers[i];
            var below = i > 0 ? _layers[i - 1].OutputGradient(chunk) : _inputGradient!.Tensor.narrow(0, 0, chunk.FlatRows);
            layer.Backward(chunk, i > 0 ? _layers[i - 1].Addresses(chunk).Gradient : _inputGradient!.Address, _longest, isLast);
            layer.PassDown(chunk, below, _skippedGradient?.Tensor.narrow(0, 0, chunk.FlatRows), isSkipped: i + 1 < _layers.Length && _layers[i + 1].Skips);
            if (i > 0)
                continue;
            _input.Mask(chunk, below);
            _input.AddGradient(chunk, _inputGradient!.Address);
        }
    }

    public void FinishBackward()
    {
        var (kept, least) = (0L, 0.0);
        for (var i = 0; i < _layers.Length; i++)
        {
            _layers[i].FinishGradients();
            _layers[i].Memory.CheckReversed(_start?[i]);
            var account = _layers[i].Memory.Account;
            (kept, least) = (kept + account.Kept, least + account.Least);
        }
        Account = new ActivationAccount(kept, least, Device.Memory.CurrentBytes + MissingBytes()) { Strategy = _strategy };
    }

    public int RowLimit(int steps, int most)
    {
        var (least, limit) = (0, most);
        while (least < limit)
        {
            var rows = (least + limit + 1) / 2;
            if (LeastBytes(rows, steps) <= (_settings.MemoryBudget ?? long.MaxValue))
                least = rows;
            else
                limit = rows - 1;
        }
        return least;
    }

    public long LeastBytes(int rows, int steps)
    {
        var footprint = Footprint(rows, steps);
        return footprint.Bytes(footprint.Choose().Plan);
    }

    public void Dispose()
    {
        Release();
        foreach (var layer in _layers)
            layer.Dispose();
    }

    private TorchFootprint Footprint(int rows, int steps) => new(_stack.Shape, _settings, Torch.Kernels.Limits, rows, steps);

    private void StartSegment(in Chunk chunk)
    {
        _segment = chunk.Index / _plan.SegmentChunks;
        foreach (var layer in _layers)
        {
            if (IsSegmented)
                layer.Save(_segment);
        }
    }

    /// <summary>Runs a segment forward again from its start, now keeping what its backward pass needs.</summary>
    private void Repeat(int segment)
    {
        _segment = segment;
        foreach (var layer in _layers)
            layer.Restore(segment);
        var end = Math.Min(ChunkCount, (segment + 1) * _plan.SegmentChunks);
        for (var index = segment * _plan.SegmentChunks; index < end; index++)
            Run(GetChunk(index), keepsLostBits: true);
    }

    private void Run(in Chunk chunk, bool keepsLostBits)
    {
        foreach (var layer in _layers)
            layer.Forward(chunk, _input, keepsLostBits);
        _lastRun = chunk.Index;
    }

    /// <summary>Bytes that the batch would take more had every chunk's gates and states been stored.</summary>
    private long MissingBytes()
    {
        var bytes = 0L;
        foreach (var layer in _layers)
        {
            for (var i = 0; i < ChunkCount; i++)
                bytes += LayerRecord.BytesFor(layer.Shape, GetChunk(i));
        }
        return bytes;
    }
}
