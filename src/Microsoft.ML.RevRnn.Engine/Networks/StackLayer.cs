using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// A layer's place in a stack: what it reads (token vectors or the outputs of the layer below, after dropout, plus what skips that layer), the gradient by its
/// outputs, and the activations that are kept of it.
/// </summary>
internal sealed unsafe class StackLayer : IDisposable
{
    private readonly StackLayer? _below;
    private readonly int _index;
    private readonly bool _skips;
    private readonly Dropout? _dropout;
    private readonly MemoryMeter _meter;
    private readonly NativeBuffer<float> _inputs;
    private readonly NativeBuffer<float> _outputGradient;
    private readonly List<LayerRecord> _records = [];
    private readonly List<Checkpoint> _checkpoints = [];

    /// <param name="layer">The layer itself.</param>
    /// <param name="index">Its number, from 0 at the bottom.</param>
    /// <param name="below">The layer below it; null for the first.</param>
    /// <param name="skips">Whether it reads what the layer below reads too.</param>
    /// <param name="dropout">Of what it reads; null for none.</param>
    /// <param name="meter">Counts its buffers.</param>
    public StackLayer(RecurrentLayer layer, int index, StackLayer? below, bool skips, Dropout? dropout, MemoryMeter meter)
    {
        Layer = layer;
        _index = index;
        _below = below;
        _skips = skips;
        _dropout = dropout;
        _meter = meter;
        _inputs = new NativeBuffer<float>(meter);
        _outputGradient = new NativeBuffer<float>(meter);
    }

    public RecurrentLayer Layer { get; }

    /// <summary>Whether the layer reads what the layer below reads too.</summary>
    public bool Skips => _skips;

    /// <summary>How this batch's activations come back.</summary>
    public ActivationPlan Plan { get; set; }

    /// <summary>Whether the rows of the first layer's inputs are written out: other layers always read such.</summary>
    public bool HasRows { get; set; } = true;

    /// <summary>[flat rows, StateStride]: the gradient by the outputs of the chunk under way.</summary>
    public float* OutputGradient => _outputGradient.Pointer;

    /// <summary>Where a chunk's activations go.</summary>
    public LayerRecord Record(in Chunk chunk)
    {
        var index = Plan.Reverses ? 0 : chunk.Index % Plan.SegmentChunks;
        while (_records.Count <= index)
            _records.Add(new LayerRecord(Layer.Shape, _meter));
        return _records[index];
    }

    /// <summary>The state at a segment's start.</summary>
    public Checkpoint Checkpoint(int segment)
    {
        while (_checkpoints.Count <= segment)
            _checkpoints.Add(new Checkpoint(Layer.Shape, _meter));
        return _checkpoints[segment];
    }

    /// <summary>[flat rows, StateStride]: the hidden states after each step of a chunk.</summary>
    public float* Outputs(in Chunk chunk) => Record(chunk).States[Layer.Shape.Spec.OutputState].Pointer + (nint)chunk.SlotAfter(0) * Layer.Shape.StateStride;

    /// <summary>[flat rows, InputStride]: what the layer reads.</summary>
    public float* Inputs(in Chunk chunk, bool training) => HasInputs(training) ? _inputs.Pointer : _below!.Outputs(chunk);

    /// <summary>Makes room for a chunk; not thread-safe, so it comes before the work is shared.</summary>
    public void Prepare(in Chunk chunk, bool backward)
    {
        Layer.PrepareChunk(chunk, Record(chunk), backward);
        if (HasRows && HasInputs(training: true))
            _inputs.EnsureLength((long)chunk.FlatRows * Layer.InputStride);
    }

    /// <summary>Makes room for the gradient by the outputs.</summary>
    public void PrepareOutputGradient(in Chunk chunk) => _outputGradient.EnsureLength((long)chunk.FlatRows * Layer.Shape.StateStride);

    /// <summary>Writes what the layer reads in flat rows [begin, end).</summary>
    /// <param name="chunk">The chunk under way.</param>
    /// <param name="input">What the first layer reads.</param>
    /// <param name="training">Whether dropout applies.</param>
    /// <param name="seed">Of its masks.</param>
    /// <param name="begin">First row.</param>
    /// <param name="end">Behind the last row.</param>
    public void WriteInputs(in Chunk chunk, IStackInput input, bool training, ulong seed, int begin, int end)
    {
        if (!HasRows || !HasInputs(training))
            return;
        if (_below == null)
            input.Write(chunk.Tokens[begin..end], _inputs.Pointer + (nint)begin * Layer.InputStride);
        var source = _below == null ? _inputs.Pointer : _below.Outputs(chunk);
        var dropout = training ? _dropout : null;
        if (dropout != null)
            ApplyDropout(dropout, chunk, source, _inputs.Pointer, seed, begin, end);
        if (!_skips)
            return;
        var stride = Layer.InputStride;
        var (first, length) = ((nint)begin * stride, (end - begin) * stride);
        TensorPrimitives.Add(
            new ReadOnlySpan<float>((dropout == null ? source : _inputs.Pointer) + first, length),
            new ReadOnlySpan<float>(_below!.Inputs(chunk, training) + first, length),
            new Span<float>(_inputs.Pointer + first, length));
    }

    /// <summary>
    /// From the gradient by what the layer reads, in place, to that by the outputs of the layer below: what the layer above read of the same is added, what
    /// skips the layer below is kept, and dropout's mask is applied.
    /// </summary>
    /// <param name="chunk">The chunk under way.</param>
    /// <param name="gradient">[flat rows, InputStride].</param>
    /// <param name="skipped">[flat rows, InputStride]: the gradient that skips a layer, of which there is one at a time.</param>
    /// <param name="isSkipped">Whether the layer above skips this one.</param>
    /// <param name="seed">Of dropout's masks.</param>
    /// <param name="begin">First row.</param>
    /// <param name="end">Behind the last row.</param>
    public void PassDown(in Chunk chunk, float* gradient, float* skipped, bool isSkipped, ulong seed, int begin, int end)
    {
        var stride = Layer.InputStride;
        var here = new Span<float>(gradient + (nint)begin * stride, (end - begin) * stride);
        var kept = new Span<float>(skipped + (nint)begin * stride, here.Length);
        if (isSkipped)
            TensorPrimitives.Add(here, kept, here);
        if (_skips)
            here.CopyTo(kept);
        if (_dropout is { } dropout)
            ApplyDropout(dropout, chunk, gradient, gradient, seed, begin, end);
    }

    /// <summary>Bytes that the batch would take more had every chunk's activations been stored.</summary>
    public long MissingBytes(ISequenceEncoder encoder)
    {
        var bytes = 0L;
        for (var i = 0; i < encoder.ChunkCount; i++)
            bytes += LayerRecord.BytesFor(Layer.Shape, encoder.GetChunk(i));
        foreach (var record in _records)
            bytes -= record.Bytes;
        foreach (var checkpoint in _checkpoints)
            bytes -= checkpoint.Bytes;
        return bytes;
    }

    /// <summary>Frees what the last batch's plan needed.</summary>
    public void ReleaseActivations()
    {
        foreach (var record in _records)
            record.Dispose();
        foreach (var checkpoint in _checkpoints)
            checkpoint.Dispose();
        _records.Clear();
        _checkpoints.Clear();
    }

    public void Dispose()
    {
        ReleaseActivations();
        Layer.Dispose();
        _inputs.Dispose();
        _outputGradient.Dispose();
    }

    /// <summary>Whether what the layer reads is other than the outputs of the layer below.</summary>
    private bool HasInputs(bool training) => _below == null || (_dropout != null && training) || _skips;

    /// <summary>One mask a row of the batch, the same at every step (variational dropout, Gal and Ghahramani 2016).</summary>
    private void ApplyDropout(Dropout dropout, in Chunk chunk, float* source, float* target, ulong seed, int begin, int end)
    {
        var stride = Layer.InputStride;
        for (var s = 0; s < chunk.Steps; s++)
        {
            var first = chunk.FlatRow(s);
            var last = Math.Min(end, first + chunk.ActiveRows(s));
            for (var r = Math.Max(begin, first); r < last; r++)
            {
                var key = CounterRandom.Key(seed, RandomUse.LayerDropout + (ulong)_index, (ulong)(r - first));
                dropout.Apply(source + (nint)r * stride, target + (nint)r * stride, stride, key);
            }
        }
    }
}
