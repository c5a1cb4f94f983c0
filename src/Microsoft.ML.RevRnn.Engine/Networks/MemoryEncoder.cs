using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// An end-to-end memory network (Sukhbaatar et al. 2015) over the tokens of a text, x_1 to x_T. Memory k of token t is m_t^k = l_t * (M_k x_t + b_k), k = 1 to K + 1, where
/// l_t,j = (1 - t / T) - (j / H) (1 - 2 t / T) tells where in the text it stands (their position encoding). A text has no question, so u_1 is learned; hop k reads
/// p = softmax_t(u_k . m_t^k), u_(k+1) = u_k + sum_t p_t m_t^(k+1). Its outputs are the contents that the last hop reads, m_t^(K+1), and at the last step of a row u_(K+1).
/// </summary>
internal sealed unsafe partial class MemoryEncoder : WholeTextEncoder
{
    private readonly MemoryParameters _parameters;
    private readonly PackedMap[] _maps;
    private readonly NativeBuffer<float> _memories, _weights, _states, _memoryGradient, _stateGradient, _scratch;

    /// <param name="parameters">The weights.</param>
    /// <param name="input">What memories are made of.</param>
    /// <param name="settings">How to work.</param>
    /// <param name="device">What to work with.</param>
    /// <exception cref="ArgumentException">It cannot do what the settings ask for.</exception>
    public MemoryEncoder(MemoryParameters parameters, IStackInput input, StackSettings settings, Device device)
        : base(NetworkStructure.MemoryNetwork, parameters.Layer, input, settings, device)
    {
        _parameters = parameters;
        _maps = [new PackedMap(parameters.Maps, parameters.Bias, device.Matrix)];
        (_memories, _weights, _states) = (Buffer(), Buffer(), Buffer());
        (_memoryGradient, _stateGradient, _scratch) = (Buffer(), Buffer(), Buffer());
    }

    protected override IReadOnlyList<Parameter> Parameters => _parameters.All;

    protected override PackedMap[] Maps => _maps;

    protected override IReadOnlyList<NativeBuffer<float>> ForwardBuffers => [_memories, _weights, _states, _scratch];

    protected override IEnumerable<IDisposable> Owned => [.. ForwardBuffers, _memoryGradient, _stateGradient];

    private int Hops => _parameters.Hops;

    public override void Forward(in Chunk chunk)
    {
        var (tokens, rows) = ((long)Batch.TokenCount, (long)Batch.RowCount);
        Inputs.EnsureLength(tokens * _parameters.InputStride);
        _memories.EnsureLength(tokens * _parameters.MapStride);
        OutputRows.EnsureLength(tokens * OutputStride);
        _weights.EnsureLength(rows * Hops * Batch.StepCount);
        _states.EnsureLength(rows * (Hops + 1) * OutputStride);
        _scratch.EnsureLength(ScratchLength * Device.Team.Size);
        Device.Team.Run(new MapJob(this));
        Device.Team.Run(new ReadJob(this));
    }

    public override void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        base.BeginBackward(lossScale, end);
        _memoryGradient.EnsureLength((long)Batch.TokenCount * _parameters.MapStride);
        _memoryGradient.Clear();
        _stateGradient.EnsureLength((long)Batch.RowCount * OutputStride);
    }

    public override void Backward(in Chunk chunk)
    {
        Device.Team.Run(new ReadBackwardJob(this));
        AddQuestionGradient();
        Device.Team.Run(new MapBackwardJob(this));
        AddWeightGradient(_maps[0], Inputs.Pointer, _memoryGradient.Pointer, Batch.TokenCount);
        AddInputGradient();
    }

    /// <summary>Bytes of a training batch at the most.</summary>
    public static long Bytes(MemoryParameters parameters, int rows, int steps, int workers)
    {
        var (tokens, state) = ((long)rows * steps, (long)parameters.Layer.StateStride);
        var values = tokens * (2 * parameters.InputStride + 2 * parameters.MapStride + 2 * state + parameters.Hops) + rows * state * (parameters.Hops + 2)
            + workers * (steps + state + MatrixKernel.ColumnAlignment * tokens);
        return sizeof(float) * values;
    }

    protected override long TrainingBytes(int rows, int steps) => Bytes(_parameters, rows, steps, Device.Team.Size);
}
