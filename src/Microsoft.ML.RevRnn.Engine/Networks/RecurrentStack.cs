using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Recurrent layers on top of each other, over any input. How a chunk's activations come back for the backward pass is the <see cref="ActivationStrategy"/>;
/// the rest is the same for all.
/// </summary>
internal sealed unsafe partial class RecurrentStack : ISequenceEncoder
{
    private readonly StackParameters _parameters;
    private readonly IStackInput _input;
    private readonly StackSettings _settings;
    private readonly ChunkLength _chunkLength;
    private readonly StackLayer[] _layers;
    private readonly SharedInputs _shared;
    private readonly ContextPass? _context;
    private readonly EncoderStates? _contextStates;
    private readonly NativeBuffer<float> _inputGradient;
    private readonly NativeBuffer<float> _skippedGradient;
    private readonly double[] _optimalBits;
    private PackedBatch _batch = new();
    private bool _isTraining;
    private EncoderStates? _start;
    private ulong _seed;
    private float _lossScale = 1;
    private ActivationStrategy _strategy;
    private ActivationPlan _plan;
    private int _segment;

    /// <summary>The chunk whose activations, as the forward pass left them, are in the record that reversal has; -1 for none.</summary>
    private int _recorded;
    private long _reversedBits;
    private double _optimalBitSum;

    /// <param name="parameters">The layers' weights.</param>
    /// <param name="input">What the first layer reads.</param>
    /// <param name="settings">How to work.</param>
    /// <param name="device">What to work with.</param>
    /// <exception cref="ArgumentException">The cell cannot do what the settings ask for.</exception>
    public RecurrentStack(StackParameters parameters, IStackInput input, StackSettings settings, Device device)
    {
        var shape = parameters.Shape;
        settings.Check(shape);
        _parameters = parameters;
        _input = input;
        _settings = settings;
        _chunkLength = settings.ChunkLengthOf(shape);
        Device = device;
        _layers = new StackLayer[shape.Layers];
        for (var i = 0; i < _layers.Length; i++)
            _layers[i] = CreateLayer(i);
        _shared = new SharedInputs(_layers[0].Layer, input, device);
        if (parameters.Context is { } context)
        {
            _context = new ContextPass(context, settings.Contexts!, shape.Layer(0), settings.Arithmetic, device.Memory);
            _contextStates = context.Context.StartsStates ? CreateStates(hasGradients: true) : null;
        }
        OutputColumns = shape.Top.StateColumns();
        _inputGradient = new NativeBuffer<float>(device.Memory);
        _skippedGradient = new NativeBuffer<float>(device.Memory);
        _optimalBits = new double[device.Team.Size];
        _wave = new Wave(_layers.Length);
    }

    public Device Device { get; }

    public int OutputStride => _layers[^1].Layer.Shape.StateStride;

    public int[] OutputColumns { get; }

    public int ChunkCount { get; private set; }

    public ActivationAccount Account
    {
        get
        {
            var bytes = Device.Memory.CurrentBytes;
            foreach (var layer in _layers)
                bytes += layer.MissingBytes(this);
            var reach = default((double Sum, long Count));
            foreach (var layer in _layers)
            {
                if (layer.Layer.Reach is { Total: var ofLayer })
                    reach = (reach.Sum + ofLayer.Sum, reach.Count + ofLayer.Count);
            }
            return new ActivationAccount(_reversedBits, _optimalBitSum, bytes) { Strategy = _strategy, GradientReach = reach };
        }
    }

    public float* OutputGradient => _layers[^1].OutputGradient;

    /// <summary>The layers, from the bottom.</summary>
    public ReadOnlySpan<StackLayer> Layers => _layers;

    /// <summary>Whether the batch's products with the first layer's inputs are made by tokens, not by positions.</summary>
    public bool SharesInputs => _shared.IsOn;

    /// <summary>Bits in the lost-bit stores now.</summary>
    public long LostBits
    {
        get
        {
            var bits = 0L;
            foreach (var layer in _layers)
                bits += layer.Layer.LostBitStore.StoredBits;
            return bits;
        }
    }

    private bool IsSegmented => _plan.SegmentCount(ChunkCount) > 1;

    public void PrepareTraining()
    {
        foreach (var parameter in _settings.LearnsWeights ? _parameters.All : [])
            parameter.EnableGradient();
        foreach (var layer in _layers)
            layer.Layer.PrepareTraining();
    }

    public void PackWeights(bool forTraining, ulong seed = 0)
    {
        foreach (var layer in _layers)
            layer.Layer.Made?.Make();
        if (forTraining && _settings.Dropout.Weight > 0)
            Device.Team.Run(new DropWeightsJob(this, seed, ofGradients: false));
        Device.Team.Run(new PackJob(this, forTraining));
    }

    public void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        _batch = batch;
        _isTraining = training;
        _seed = seed;
        _start = start ?? _contextStates;
        _optimalBitSum = 0;
        _reversedBits = 0;
        _recorded = -1;
        ChunkCount = (batch.StepCount + ChunkSteps - 1) / ChunkSteps;
        _plan = training ? Plan(batch.RowCount, batch.StepCount) : new ActivationPlan(int.MaxValue, true);
        // With a budget this batch's needs alone may count, not the largest that each buffer ever was.
        if (_settings.MemoryBudget != null)
            ReleaseBuffers(keepsStates: start != null);
        _context?.Begin(batch, start == null ? _contextStates : null);
        for (var i = 0; i < _layers.Length; i++)
        {
            _layers[i].Plan = _plan;
            _layers[i].Layer.Begin(batch.RowCount, keepsLostBits: false, _start?[i], onlyReads: !training);
        }
        _input.Begin(batch, training, seed);
        BeginSharing();
    }

    public Chunk GetChunk(int index)
    {
        var first = index * ChunkSteps;
        return new Chunk(_batch, index, first, Math.Min(ChunkSteps, _batch.StepCount - first));
    }

    public void Forward(in Chunk chunk)
    {
        if (_isTraining)
        {
            if (chunk.Index % _plan.SegmentChunks == 0)
                StartSegment(chunk);
            foreach (var layer in _layers)
            {
                if (_plan.Reverses || IsSegmented)
                    layer.Layer.RecordChecksum(chunk.ActiveRows(0));
            }
        }
        Run(chunk);
    }

    public float* Outputs(in Chunk chunk) => _layers[^1].Outputs(chunk);

    public EncoderStates CreateStates(bool hasGradients = false) =>
        new([.. _layers.Select(layer => new LayerStates(layer.Layer.Shape, Device.Memory))], hasGradients);

    public void SaveStates(EncoderStates states)
    {
        for (var i = 0; i < _layers.Length; i++)
            _layers[i].Layer.SaveStates(states[i], _batch.RowCount);
    }

    public void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        _lossScale = lossScale;
        if (_plan.Reverses)
            _reversedBits += LostBits;
        for (var i = 0; i < _layers.Length; i++)
        {
            _layers[i].Layer.BeginBackward(_batch.RowCount, lossScale);
            _layers[i].Layer.Made?.BeginGradient();
            if (end is { HasGradients: true })
                _layers[i].Layer.AddStateGradients(end[i]);
        }
        _input.BeginGradient();
        _context?.BeginBackward();
        if (_shared.IsOn)
            _shared.BeginBackward(MostChunkRows);
    }

    public void FinishBackward()
    {
        if (_shared.IsOn)
            _shared.FinishBackward();
        foreach (var layer in _layers)
            layer.Layer.Flow?.Finish();
        if (_settings.Dropout.Weight > 0)
            Device.Team.Run(new DropWeightsJob(this, _seed, ofGradients: true));
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i].Layer;
            if (_settings.LearnsWeights)
                layer.Made?.PullBack();
            if (_start is { HasGradients: true })
                layer.CopyStateGradients(_start[i]);
            // Where a batch had states to begin with, the first chunk's checksum has told that they are back.
            var isBack = layer.LostBitStore.IsEmpty && (_start != null || layer.HasZeroStates(_batch.RowCount));
            if (_plan.Reverses && !isBack)
            {
                throw new ReversalException(
                    $"Reversal of layer {i} ended with states or lost bits left over, so the gradient is wrong and training stops.");
            }
        }
        if (_settings.LearnsWeights)
            _context?.FinishBackward(_start == _contextStates ? _contextStates : null);
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
        _shared.Dispose();
        _kept?.Dispose();
        _context?.Dispose();
        _contextStates?.Dispose();
        _inputGradient.Dispose();
        _skippedGradient.Dispose();
    }

    private int ChunkSteps => _chunkLength.Steps(_batch.RowCount);

    /// <summary>Flat rows of the first chunk; others have no more.</summary>
    private int MostChunkRows => (int)_batch.FlatOffset(Math.Min(ChunkSteps, _batch.StepCount));

    private StackLayer CreateLayer(int index)
    {
        var rates = _settings.Dropout;
        var layer = new RecurrentLayer(_parameters.Layers[index], _parameters.Shape.Options.ForgettingLimit, _settings.Arithmetic, Device)
        {
            Flow = _settings is { InformationFlow: > 0, LearnsWeights: true } ? new InformationFlow(_parameters.Layers[index], _settings.InformationFlow, _settings.InformationFlowForm) : null,
            Reach = _settings.MeasuresGradientReach ? new GradientReach() : null,
            WeightDrop = rates.Weight > 0 ? new WeightDrop(_parameters.Layers[index].Hidden, Dropout.For(Device.Width, rates.Weight), index) : null,
        };
        var rate = index > 0 ? rates.Layer : rates.InputByToken ? 0 : rates.Input;
        return new StackLayer(layer, index, index == 0 ? null : _layers[index - 1], _parameters.Shape.SkipsTo(index),
            rate > 0 ? Dropout.For(Device.Width, rate) : null, Device.Memory);
    }
}
