using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// A Tree-LSTM at work on a batch, which is a single chunk: the leaves at once, then all nodes of a height at once, whatever rows they are of. Activations are stored. Its
/// outputs are nodes, see <see cref="TreePlan.Outputs"/>; the last of a row is its root.
/// </summary>
internal sealed unsafe partial class TreeEncoder : ISequenceEncoder
{
    private readonly TreeParameters _parameters;
    private readonly IStackInput _input;
    private readonly StackSettings _settings;
    private readonly NetworkStructure _structure;
    private readonly MatrixKernel _kernel;
    private readonly GateSweeps _sweeps;
    private readonly Dropout? _dropout;
    private readonly TreePlan _plan = new();
    private readonly PackedMatrix _leafWeights, _nodeWeights, _leafTransposed, _nodeTransposed;
    private readonly PackedMatrix[] _panels;
    private readonly NativeBuffer<float> _inputs, _leafGates, _nodeGates, _h, _c, _tanhC, _children, _outputs;
    private readonly NativeBuffer<float> _inputGradient, _hGradient, _cGradient, _childGradient, _outputGradient;
    private PackedBatch _batch = new();
    private bool _isTraining;
    private ulong _seed;

    /// <param name="parameters">The weights.</param>
    /// <param name="structure">Which tree.</param>
    /// <param name="input">What leaves read.</param>
    /// <param name="settings">How to work.</param>
    /// <param name="device">What to work with.</param>
    /// <exception cref="ArgumentException">It cannot do what the settings ask for.</exception>
    public TreeEncoder(TreeParameters parameters, NetworkStructure structure, IStackInput input, StackSettings settings, Device device)
    {
        Check(settings, structure);
        _parameters = parameters;
        _structure = structure;
        _input = input;
        _settings = settings;
        Device = device;
        _kernel = device.Matrix;
        _sweeps = GateSweeps.For(device.Width);
        _dropout = settings.Dropout is { Input: > 0, InputByToken: false } ? Dropout.For(device.Width, settings.Dropout.Input) : null;
        _leafWeights = new PackedMatrix(parameters.InputStride, parameters.LeafStride, _kernel);
        _nodeWeights = new PackedMatrix(2 * Stride, parameters.NodeStride, _kernel);
        (_leafTransposed, _nodeTransposed) = (new PackedMatrix(0, 0, _kernel), new PackedMatrix(0, 0, _kernel));
        _panels = [.. Enumerable.Range(0, device.Team.Size).Select(_ => new PackedMatrix(0, 0, _kernel, device.Memory))];
        (_inputs, _leafGates, _nodeGates, _h, _c, _tanhC) = (Buffer(), Buffer(), Buffer(), Buffer(), Buffer(), Buffer());
        (_children, _outputs, _inputGradient, _hGradient, _cGradient) = (Buffer(), Buffer(), Buffer(), Buffer(), Buffer());
        (_childGradient, _outputGradient) = (Buffer(), Buffer());
    }

    public Device Device { get; }

    public int OutputStride => Stride;

    public int[] OutputColumns => _parameters.Layer.StateColumns();

    public int ChunkCount => 1;

    public ActivationAccount Account => new(0, 0, Device.Memory.CurrentBytes) { Strategy = ActivationStrategy.Stored };

    public float* OutputGradient => _outputGradient.Pointer;

    /// <summary>The trees of the batch.</summary>
    public TreePlan Plan => _plan;

    private int Stride => _parameters.Layer.StateStride;

    private int Block => _parameters.Layer.BlockStride;

    private ReadOnlySpan<NativeBuffer<float>> OfForward => new NativeBuffer<float>[] { _inputs, _leafGates, _nodeGates, _h, _c, _tanhC, _children, _outputs };

    private ReadOnlySpan<NativeBuffer<float>> OfBackward => new NativeBuffer<float>[] { _inputGradient, _hGradient, _cGradient, _childGradient, _outputGradient };

    public void PrepareTraining()
    {
        foreach (var parameter in _settings.LearnsWeights ? _parameters.All : [])
            parameter.EnableGradient();
        _leafTransposed.Resize(_parameters.LeafStride, _parameters.InputStride);
        _nodeTransposed.Resize(_parameters.NodeStride, 2 * Stride);
    }

    public void PackWeights(bool forTraining, ulong seed = 0) => Device.Team.Run(new PackJob(this, forTraining));

    public void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        if (start != null)
            throw NoStates();
        _batch = batch;
        _isTraining = training;
        _seed = seed;
        if (_settings.MemoryBudget != null)
            Device.Memory.ReleaseAll();
        _plan.Fill(batch, _structure);
        _input.Begin(batch, training, seed);
    }

    public void Release()
    {
        foreach (var buffer in OfForward)
            buffer.Release();
    }

    public Chunk GetChunk(int index) => new(_batch, index, 0, _batch.StepCount);

    public void Forward(in Chunk chunk)
    {
        var (tokens, nodes) = (_plan.LeafCount, _plan.NodeCount);
        _inputs.EnsureLength((long)tokens * _parameters.InputStride);
        _leafGates.EnsureLength((long)tokens * _parameters.LeafStride);
        _nodeGates.EnsureLength((long)_plan.JoinCount * _parameters.NodeStride);
        _children.EnsureLength((long)_plan.LargestLevel * 2 * Stride);
        _outputs.EnsureLength((long)tokens * Stride);
        foreach (var states in (ReadOnlySpan<NativeBuffer<float>>)[_h, _c, _tanhC])
            states.EnsureLength((long)nodes * Stride);
        Device.Team.Run(new LeafJob(this));
        for (var height = 1; height <= _plan.Height; height++)
            Device.Team.Run(new JoinJob(this, height));
        Device.Team.Run(new OutputJob(this));
    }

    public float* Outputs(in Chunk chunk) => _outputs.Pointer;

    public EncoderStates CreateStates(bool hasGradients = false) => throw NoStates();

    public void SaveStates(EncoderStates states) => throw NoStates();

    public void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        if (end != null)
            throw NoStates();
        var nodes = (long)_plan.NodeCount * Stride;
        _inputGradient.EnsureLength((long)_plan.LeafCount * _parameters.InputStride);
        _childGradient.EnsureLength((long)_plan.LargestLevel * 2 * Stride);
        _outputGradient.EnsureLength((long)_plan.LeafCount * Stride);
        _hGradient.EnsureLength(nodes);
        _hGradient.Clear();
        _cGradient.EnsureLength(nodes);
        _cGradient.Clear();
        _input.BeginGradient();
    }

    /// <summary>Nothing: all is there.</summary>
    public void Recover(in Chunk chunk)
    {
    }

    public void Backward(in Chunk chunk)
    {
        AddOutputGradient();
        for (var height = _plan.Height; height > 0; height--)
        {
            var (begin, end) = _plan.Level(height);
            Device.Team.Run(new JoinBackwardJob(this, height));
            AddWeightGradient(_parameters.Node, _parameters.NodeBias, _children.Pointer, _nodeGates.Pointer + (nint)begin * _parameters.NodeStride, end - begin);
        }
        Device.Team.Run(new LeafBackwardJob(this));
        AddWeightGradient(_parameters.Leaf, _parameters.LeafBias, _inputs.Pointer, _leafGates.Pointer, _plan.LeafCount);
        Device.Team.Run(new InputGradientJob(this));
    }

    public void FinishBackward()
    {
    }

    public int RowLimit(int steps, int most)
    {
        var (least, limit) = (0, most);
        while (least < limit)
        {
            var rows = (least + limit + 1) / 2;
            (least, limit) = LeastBytes(rows, steps) <= (_settings.MemoryBudget ?? long.MaxValue) ? (rows, limit) : (least, rows - 1);
        }
        return least;
    }

    public long LeastBytes(int rows, int steps)
        => Bytes(_parameters, rows, steps, Device.Team.Size) + _settings.HeadBytes + _settings.BytesPerToken * rows * steps;

    /// <summary>Bytes of a training batch at the most.</summary>
    public static long Bytes(TreeParameters parameters, int rows, int steps, int workers)
    {
        var (tokens, state) = ((long)rows * steps, (long)parameters.Layer.StateStride);
        var (joins, level) = ((long)rows * Math.Max(0, steps - 1), (long)rows * (steps / 2));
        var values = tokens * (2 * parameters.InputStride + parameters.LeafStride + 2 * state) + joins * parameters.NodeStride
            + (tokens + joins) * 5 * state + level * 4 * state + workers * MatrixKernel.ColumnAlignment * Math.Max(tokens, level);
        return sizeof(float) * values;
    }

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)
            [_leafWeights, _nodeWeights, _leafTransposed, _nodeTransposed, .. _panels, .. OfForward, .. OfBackward])
        {
            owned.Dispose();
        }
    }

    private static void Check(StackSettings settings, NetworkStructure structure)
    {
        if (settings.Arithmetic != CellArithmetic.Inference && settings.Strategy is not (ActivationStrategy.Stored or ActivationStrategy.Auto))
        {
            throw new ArgumentException(
                $"{structure} has no steps to go back over, so {nameof(ActivationStrategy)} cannot be {settings.Strategy}; use {ActivationStrategy.Stored} or {ActivationStrategy.Auto}.",
                nameof(settings));
        }
        if (settings.InformationFlow > 0 || settings.MeasuresGradientReach)
        {
            var option = settings.InformationFlow > 0 ? nameof(settings.InformationFlow) : nameof(settings.MeasuresGradientReach);
            throw new ArgumentException($"{option} is set, and looks at what passes from step to step; {structure} has no steps. Leave it out.", nameof(settings));
        }
        if (settings.Dropout.Weight > 0)
            throw new ArgumentException($"{structure} has no weights from step to step, so {nameof(LanguageModelOptions.WeightDropout)} must be 0.", nameof(settings));
    }

    private static NotSupportedException NoStates() => new("A tree has no state that another text could go on from.");

    private NativeBuffer<float> Buffer() => new(Device.Memory);
}
