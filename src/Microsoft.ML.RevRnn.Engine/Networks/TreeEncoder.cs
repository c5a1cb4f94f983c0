using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// A Tree-LSTM at work on a batch, which is a single chunk: the leaves at once, then all nodes of a height at once, whatever rows they are of. Activations are stored. Its
/// outputs are nodes, see <see cref="TreePlan.Outputs"/>; the last of a row is its root.
/// </summary>
internal sealed unsafe partial class TreeEncoder : WholeTextEncoder
{
    private readonly TreeParameters _parameters;
    private readonly NetworkStructure _structure;
    private readonly GateSweeps _sweeps;
    private readonly TreePlan _plan = new();
    private readonly PackedMap _leaf, _node;
    private readonly PackedMap[] _maps;
    private readonly NativeBuffer<float> _leafGates, _nodeGates, _h, _c, _tanhC, _children, _hGradient, _cGradient, _childGradient;

    /// <param name="parameters">The weights.</param>
    /// <param name="structure">Which tree.</param>
    /// <param name="input">What leaves read.</param>
    /// <param name="settings">How to work.</param>
    /// <param name="device">What to work with.</param>
    /// <exception cref="ArgumentException">It cannot do what the settings ask for.</exception>
    public TreeEncoder(TreeParameters parameters, NetworkStructure structure, IStackInput input, StackSettings settings, Device device)
        : base(structure, parameters.Layer, input, settings, device)
    {
        _parameters = parameters;
        _structure = structure;
        _sweeps = GateSweeps.For(device.Width);
        _leaf = new PackedMap(parameters.Leaf, parameters.LeafBias, device.Matrix);
        _node = new PackedMap(parameters.Node, parameters.NodeBias, device.Matrix);
        _maps = [_leaf, _node];
        (_leafGates, _nodeGates, _h, _c, _tanhC, _children) = (Buffer(), Buffer(), Buffer(), Buffer(), Buffer(), Buffer());
        (_hGradient, _cGradient, _childGradient) = (Buffer(), Buffer(), Buffer());
    }

    /// <summary>The trees of the batch.</summary>
    public TreePlan Plan => _plan;

    protected override IReadOnlyList<Parameter> Parameters => _parameters.All;

    protected override PackedMap[] Maps => _maps;

    protected override IReadOnlyList<NativeBuffer<float>> ForwardBuffers => [_leafGates, _nodeGates, _h, _c, _tanhC, _children];

    protected override IEnumerable<IDisposable> Owned => [.. ForwardBuffers, _hGradient, _cGradient, _childGradient];

    private int Stride => _parameters.Layer.StateStride;

    private int Block => _parameters.Layer.BlockStride;

    public override void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        base.Begin(batch, training, seed, start);
        _plan.Fill(batch, _structure);
    }

    public override void Forward(in Chunk chunk)
    {
        var (tokens, nodes) = (_plan.LeafCount, _plan.NodeCount);
        Inputs.EnsureLength((long)tokens * _parameters.InputStride);
        _leafGates.EnsureLength((long)tokens * _parameters.LeafStride);
        _nodeGates.EnsureLength((long)_plan.JoinCount * _parameters.NodeStride);
        _children.EnsureLength((long)_plan.LargestLevel * 2 * Stride);
        OutputRows.EnsureLength((long)tokens * Stride);
        foreach (var states in (ReadOnlySpan<NativeBuffer<float>>)[_h, _c, _tanhC])
            states.EnsureLength((long)nodes * Stride);
        Device.Team.Run(new LeafJob(this));
        for (var height = 1; height <= _plan.Height; height++)
            Device.Team.Run(new JoinJob(this, height));
        Device.Team.Run(new OutputJob(this));
    }

    public override void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        base.BeginBackward(lossScale, end);
        var nodes = (long)_plan.NodeCount * Stride;
        _childGradient.EnsureLength((long)_plan.LargestLevel * 2 * Stride);
        _hGradient.EnsureLength(nodes);
        _hGradient.Clear();
        _cGradient.EnsureLength(nodes);
        _cGradient.Clear();
    }

    public override void Backward(in Chunk chunk)
    {
        AddOutputGradient();
        for (var height = _plan.Height; height > 0; height--)
        {
            var (begin, end) = _plan.Level(height);
            Device.Team.Run(new JoinBackwardJob(this, height));
            AddWeightGradient(_node, _children.Pointer, _nodeGates.Pointer + (nint)begin * _parameters.NodeStride, end - begin);
        }
        Device.Team.Run(new LeafBackwardJob(this));
        AddWeightGradient(_leaf, Inputs.Pointer, _leafGates.Pointer, _plan.LeafCount);
        AddInputGradient();
    }

    /// <summary>Bytes of a training batch at the most.</summary>
    public static long Bytes(TreeParameters parameters, int rows, int steps, int workers)
    {
        var (tokens, state) = ((long)rows * steps, (long)parameters.Layer.StateStride);
        var (joins, level) = ((long)rows * Math.Max(0, steps - 1), (long)rows * (steps / 2));
        var values = tokens * (2 * parameters.InputStride + parameters.LeafStride + 2 * state) + joins * parameters.NodeStride
            + (tokens + joins) * 5 * state + level * 4 * state + workers * MatrixKernel.ColumnAlignment * Math.Max(tokens, level);
        return sizeof(float) * values;
    }

    protected override long TrainingBytes(int rows, int steps) => Bytes(_parameters, rows, steps, Device.Team.Size);
}
