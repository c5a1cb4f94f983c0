using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// An embedding and recurrent layers at work on a batch, chunk after chunk: forward from the first, then backward from the last.
/// How a chunk's activations come back for the backward pass is the <see cref="ActivationStrategy"/>; the rest is the same for all.
/// </summary>
internal sealed unsafe partial class RecurrentStack : IDisposable
{
    private const ulong WeightDropUse = 600;

    private readonly StackParameters _parameters;
    private readonly WorkerTeam _team;
    private readonly ActivationStrategy _strategy;
    private readonly DropoutRates _rates;
    private readonly Dropout?[] _dropouts;
    private readonly MemoryMeter _meter;
    private readonly RecurrentLayer[] _layers;
    private readonly NativeBuffer<float>[] _inputs;
    private readonly NativeBuffer<float>[] _outputGradients;
    private readonly NativeBuffer<float> _embeddingGradient;
    private readonly NativeBuffer<float> _skipGradient;
    private readonly List<LayerRecord>[] _records;
    private readonly List<Checkpoint>[] _checkpoints;
    private readonly Checkpoint[] _ends;
    private readonly double[] _optimalBits;
    private readonly Phases _phases;
    private PackedBatch _batch = new();
    private ulong _dropoutSeed;
    private bool _continues;
    private ActivationPlan _plan;
    private int _segment;

    // What the running phase works on: set before the team starts, so that no phase allocates.
    private Chunk _chunk;
    private int _layer;
    private bool _packForTraining;

    public RecurrentStack(
        StackParameters parameters, CellArithmetic arithmetic, ActivationStrategy strategy, in DropoutRates dropout, WorkerTeam team, SimdWidth width)
    {
        if (arithmetic == CellArithmetic.Reversible && strategy is (ActivationStrategy.Reversible or ActivationStrategy.Hybrid)
            && !parameters.Options.Shape(0).IsReversible)
        {
            throw new ArgumentException(
                $"{parameters.Options.Cell} cannot be reversed, so {nameof(ActivationStrategy)} cannot be {strategy}; " +
                $"use {ActivationStrategy.Stored}, {ActivationStrategy.Checkpointed} or {ActivationStrategy.Auto}.", nameof(strategy));
        }
        _parameters = parameters;
        _strategy = strategy;
        _team = team;
        var device = new Device(team, width);
        _meter = device.Memory;
        _rates = dropout;
        var count = parameters.Layers.Length;
        _dropouts = new Dropout?[count];
        _ends = new Checkpoint[count];
        _layers = new RecurrentLayer[count];
        _inputs = new NativeBuffer<float>[count];
        _outputGradients = new NativeBuffer<float>[count];
        _records = new List<LayerRecord>[count];
        _checkpoints = new List<Checkpoint>[count];
        for (var i = 0; i < count; i++)
        {
            var rate = i == 0 ? dropout.Input : dropout.Layer;
            _dropouts[i] = rate > 0 ? Dropout.For(width, rate) : null;
            _ends[i] = new Checkpoint(parameters.Layers[i].Shape, _meter);
            _layers[i] = new RecurrentLayer(parameters.Layers[i], parameters.Options.Limit, arithmetic, device)
            {
                WeightDrop = dropout.Weight > 0
                    ? new WeightDrop(parameters.Layers[i].Hidden, Dropout.For(width, dropout.Weight), WeightDropUse + 2 * (ulong)i)
                    : null,
            };
            _inputs[i] = new NativeBuffer<float>(_meter);
            _outputGradients[i] = new NativeBuffer<float>(_meter);
            _records[i] = [];
            _checkpoints[i] = [];
        }
        _embeddingGradient = new NativeBuffer<float>(_meter);
        _skipGradient = new NativeBuffer<float>(_meter);
        _optimalBits = new double[team.Size];
        _phases = new Phases(this);
    }

    /// <summary>How long chunks are.</summary>
    public ChunkLength ChunkLength { get; init; } = ChunkLength.Default;

    /// <summary>
    /// The longest that a row's gradient by the state may be at a chunk's start, in units of <see cref="LossScale"/>; longer ones are scaled down. Over very
    /// many steps gradients can grow without bound, and no clipping of their sum would help then.
    /// </summary>
    public float MaximumStateGradientNorm { get; init; } = float.PositiveInfinity;

    /// <summary>The factor of a single prediction's loss in the batch's, set by the head's owner before the backward pass.</summary>
    public float LossScale { get; set; } = 1;

    /// <summary>Bytes of activation memory that <see cref="ActivationStrategy.Auto"/> stays within where it can.</summary>
    public long MemoryBudget { get; init; } = long.MaxValue;

    /// <summary>Bytes of the head's buffers, which the budget is for too.</summary>
    public long HeadBytes { get; init; }

    /// <summary>Whether batches go on from each other, so that the states of their ends are kept besides.</summary>
    public bool CarriesStates { get; init; }

    /// <summary>Length of a row of outputs: the top layer's hidden state, padded.</summary>
    public int OutputStride => _layers[^1].Shape.StateStride;

    public CellShape TopShape => _layers[^1].Shape;

    public ReadOnlySpan<RecurrentLayer> Layers => _layers;

    /// <summary>Every byte whose amount depends on the batch: states, gates, gradients by them, inputs and lost bits.</summary>
    public MemoryMeter Memory => _meter;

    public int ChunkCount { get; private set; }

    /// <summary>Bits in the lost-bit stores now.</summary>
    public long LostBits
    {
        get
        {
            var bits = 0L;
            foreach (var layer in _layers)
                bits += layer.LostBitStore.StoredBits;
            return bits;
        }
    }

    /// <summary>Bits that the lost-bit stores held before each reversal since <see cref="Begin"/>; 0 where activations are stored.</summary>
    public long ReversedBits { get; private set; }

    /// <summary>sum -log2 z over the chunks that were reversed since <see cref="Begin"/>: the least that <see cref="ReversedBits"/> could be.</summary>
    public double OptimalBits { get; private set; }

    /// <summary>What <see cref="Memory"/> would count for the present batch had every chunk's activations been stored; meaningful after its backward pass.</summary>
    public long StoredBytes
    {
        get
        {
            var bytes = _meter.CurrentBytes;
            for (var layer = 0; layer < _layers.Length; layer++)
            {
                foreach (var record in _records[layer])
                    bytes -= record.Bytes;
                foreach (var checkpoint in _checkpoints[layer])
                    bytes -= checkpoint.Bytes;
                for (var i = 0; i < ChunkCount; i++)
                    bytes += LayerRecord.BytesFor(_layers[layer].Shape, GetChunk(i));
            }
            return bytes;
        }
    }

    public void PrepareTraining()
    {
        foreach (var parameter in _parameters.Dense)
            parameter.EnableGradient();
        foreach (var layer in _layers)
            layer.PrepareTraining();
    }

    /// <summary>Must be called after each change of the weights, and before each batch where weights are dropped: the seed gives their masks.</summary>
    public void PackWeights(bool forTraining, ulong dropoutSeed = 0)
    {
        _packForTraining = forTraining;
        _dropoutSeed = dropoutSeed;
        if (forTraining && _rates.Weight > 0)
            _team.Run(_phases.DropWeights);
        _team.Run(_phases.Pack);
    }

    /// <summary>
    /// Starts a batch. The same dropout seed, which must be that of <see cref="PackWeights"/>, gives the same masks. It starts from zero states, or goes on
    /// from those after the last batch's last step; that batch must then have had as many rows, all of them to its end.
    /// </summary>
    public void Begin(PackedBatch batch, bool training, ulong dropoutSeed, bool continues = false)
    {
        _batch = batch;
        _dropoutSeed = dropoutSeed;
        _continues = continues;
        OptimalBits = 0;
        ReversedBits = 0;
        ChunkCount = (batch.StepCount + ChunkSteps - 1) / ChunkSteps;
        _plan = training ? Plan(batch.RowCount, batch.StepCount) : new ActivationPlan(int.MaxValue, true);
        // With a budget this batch's needs alone may count, not the largest that each buffer ever was.
        if (MemoryBudget != long.MaxValue)
            ReleaseBuffers(continues);
        foreach (var layer in _layers)
            layer.Begin(batch.RowCount, keepsLostBits: false, continues);
    }

    public Chunk GetChunk(int index)
    {
        var first = index * ChunkSteps;
        return new Chunk(_batch, index, first, Math.Min(ChunkSteps, _batch.StepCount - first));
    }

    /// <summary>Runs a chunk forward; chunks must be run in ascending order. Dropout applies in training alone.</summary>
    public void Forward(in Chunk chunk, bool training)
    {
        if (!training)
        {
            Run(chunk, _phases.Inputs);
            return;
        }
        if (chunk.Index % _plan.SegmentChunks == 0)
            StartSegment(chunk);
        if (_plan.Reverses || _plan.SegmentCount(ChunkCount) > 1)
        {
            foreach (var layer in _layers)
                layer.RecordChecksum(chunk.ActiveRows(0));
        }
        Run(chunk, _phases.TrainingInputs);
    }

    /// <summary>The top layer's outputs in the chunk last run or recovered: [flat rows, <see cref="OutputStride"/>].</summary>
    public float* Outputs(in Chunk chunk) => OutputsOf(_layers.Length - 1, chunk);

    /// <summary>Keeps the states after the last step, for a batch that goes on from them: the backward pass undoes them.</summary>
    public void KeepEnd()
    {
        for (var i = 0; i < _layers.Length; i++)
            _layers[i].Save(_ends[i], _batch.RowCount);
    }

    /// <summary>After the backward pass: the states that <see cref="KeepEnd"/> kept.</summary>
    public void ReturnToEnd()
    {
        for (var i = 0; i < _layers.Length; i++)
            _layers[i].RestoreStates(_ends[i]);
    }

    /// <summary>After the last chunk's forward pass: zero gradients by the states, and a place for the tokens' gradients.</summary>
    public void BeginBackward()
    {
        if (_plan.Reverses)
            ReversedBits += LostBits;
        foreach (var layer in _layers)
            layer.BeginBackward(_batch.RowCount);
        _parameters.Embedding.BeginGradient(_batch);
    }

    /// <summary>Makes a chunk's activations available again; chunks must be recovered in descending order, each followed by its <see cref="Backward"/>.</summary>
    public void Recover(in Chunk chunk)
    {
        var segment = chunk.Index / _plan.SegmentChunks;
        if (segment != _segment)
            Repeat(segment);
        _chunk = chunk;
        for (_layer = 0; _layer < _layers.Length; _layer++)
        {
            PrepareInputs(backward: true);
            if (!_plan.Reverses)
            {
                _team.Run(_phases.RepeatInputs);
                continue;
            }
            _team.Run(_phases.TrainingInputs);
            _team.Run(_phases.Reverse);
            _layers[_layer].VerifyChecksum(chunk);
            _team.Run(_phases.CountBits);
            foreach (var bits in _optimalBits)
                OptimalBits += bits;
        }
        _outputGradients[^1].EnsureLength((long)chunk.FlatRows * OutputStride);
    }

    /// <summary>Gradient of the loss by <see cref="Outputs"/>, to be written by the head between <see cref="Recover"/> and <see cref="Backward"/>.</summary>
    public float* OutputGradient => _outputGradients[^1].Pointer;

    /// <summary>Adds the chunk's part of all gradients.</summary>
    public void Backward(in Chunk chunk)
    {
        _chunk = chunk;
        for (_layer = _layers.Length - 1; _layer >= 0; _layer--)
        {
            var below = _layer == 0 ? _embeddingGradient : _outputGradients[_layer - 1];
            below.EnsureLength((long)chunk.FlatRows * _parameters.Layers[_layer].InputStride);
            if (_parameters.Options.SkipsTo(_layer))
                _skipGradient.EnsureLength((long)chunk.FlatRows * _parameters.Layers[_layer].InputStride);
            _team.Run(_phases.Backward);
            _team.Run(_phases.Gradients);
        }
        _team.Run(_phases.Scatter);
    }

    /// <summary>After the last chunk's backward pass: reversal must have arrived where the forward pass began.</summary>
    public void FinishBackward()
    {
        if (_rates.Weight > 0)
            _team.Run(_phases.DropWeightGradients);
        if (!_plan.Reverses)
            return;
        for (var i = 0; i < _layers.Length; i++)
        {
            // Where states were carried over, the first chunk's checksum has told that they are back.
            if (!_layers[i].LostBitStore.IsEmpty || (!_continues && !_layers[i].HasZeroStates(_batch.RowCount)))
            {
                throw new ReversalException(
                    $"Reversal of layer {i} ended with states or lost bits left over, so the gradient is wrong and training stops.");
            }
        }
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
        foreach (var buffer in (ReadOnlySpan<NativeBuffer<float>>)[.. _inputs, .. _outputGradients, _embeddingGradient, _skipGradient])
            buffer.Dispose();
        foreach (var record in _records.SelectMany(records => records))
            record.Dispose();
        foreach (var checkpoint in _checkpoints.SelectMany(checkpoints => checkpoints).Concat(_ends))
            checkpoint.Dispose();
    }

    private int ChunkSteps => ChunkLength.Steps(_batch.RowCount);

    /// <summary>Keeps the state at a segment's start, and lost bits if it is the last one: the others' would be thrown away.</summary>
    private void StartSegment(in Chunk chunk)
    {
        _segment = chunk.Index / _plan.SegmentChunks;
        var count = _plan.SegmentCount(ChunkCount);
        for (var i = 0; i < _layers.Length; i++)
        {
            if (count > 1)
            {
                var checkpoints = _checkpoints[i];
                while (checkpoints.Count <= _segment)
                    checkpoints.Add(new Checkpoint(_layers[i].Shape, _meter));
                _layers[i].Save(checkpoints[_segment], chunk.ActiveRows(0));
            }
            _layers[i].LostBitStore.KeepsWords = _plan.Reverses && _segment == count - 1;
        }
    }

    /// <summary>Runs a segment forward again from its checkpoint, now keeping what its backward pass needs.</summary>
    private void Repeat(int segment)
    {
        _segment = segment;
        for (var i = 0; i < _layers.Length; i++)
        {
            _layers[i].Restore(_checkpoints[i][segment]);
            _layers[i].LostBitStore.KeepsWords = _plan.Reverses;
        }
        var end = Math.Min(ChunkCount, (segment + 1) * _plan.SegmentChunks);
        for (var index = segment * _plan.SegmentChunks; index < end; index++)
        {
            var chunk = GetChunk(index);
            foreach (var layer in _layers)
                layer.VerifyChecksum(chunk);
            Run(chunk, _phases.TrainingInputs);
        }
        if (_plan.Reverses)
            ReversedBits += LostBits;
    }

    private void Run(in Chunk chunk, Action<int> inputs)
    {
        _chunk = chunk;
        for (_layer = 0; _layer < _layers.Length; _layer++)
        {
            PrepareInputs(backward: false);
            _team.Run(inputs);
            _team.Run(_phases.Forward);
        }
    }

    private LayerRecord Record(int layer, in Chunk chunk)
    {
        var index = _plan.Reverses ? 0 : chunk.Index % _plan.SegmentChunks;
        var records = _records[layer];
        while (records.Count <= index)
            records.Add(new LayerRecord(_layers[layer].Shape, _meter));
        return records[index];
    }

    private float* OutputsOf(int layer, in Chunk chunk) =>
        Record(layer, chunk).Hidden.Pointer + (nint)chunk.SlotAfter(0) * _layers[layer].Shape.StateStride;
}
