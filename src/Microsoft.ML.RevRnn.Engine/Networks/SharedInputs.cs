using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The first layer's products with its inputs, made once for each of the tokens that a batch repeats most and not at each of their positions: forward, in recomputation,
/// and for the gradients, which are summed by token first. A product's row does not depend on the rows beside it, so outputs are the same bits as without.
/// </summary>
/// <remarks>
/// A token's row of gates is kept for all of the batch, so tokens are as many as a chunk has rows at the most, whatever the batch's length; text repeats few tokens much.
/// The gates of the other rows are made side by side at the end of a worker's rows, and moved to their places from there.
/// </remarks>
internal sealed unsafe class SharedInputs : IDisposable
{
    /// <summary>Products that are left, of those that a batch has positions, up to which it pays: measured, see docs/performance.md.</summary>
    private const double LargestShare = 0.8;

    private readonly RecurrentLayer _layer;
    private readonly IStackInput _input;
    private readonly WorkerTeam _team;
    private readonly RepeatedTokens _tokens;
    private readonly RepeatedGates _gates;
    private readonly NativeBuffer<float> _vectors;
    private readonly NativeBuffer<float> _products;
    private readonly NativeBuffer<float> _others;

    /// <param name="layer">The first layer.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="device">What to work with.</param>
    public SharedInputs(RecurrentLayer layer, IStackInput input, Device device)
    {
        _layer = layer;
        _input = input;
        _team = device.Team;
        _tokens = new RepeatedTokens(input.Vocabulary);
        _gates = new RepeatedGates(_tokens, device.Matrix, device.Memory);
        _vectors = new NativeBuffer<float>(device.Memory);
        _products = new NativeBuffer<float>(device.Memory);
        _others = new NativeBuffer<float>(device.Memory);
    }

    /// <summary>Whether this batch's products are shared; else nothing else here is called.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Sums of gate gradients.</summary>
    public RepeatedGates Gates => _gates;

    /// <summary>[other rows, InputStride]: what the rows of the chunk under way read that have no repeated token.</summary>
    public float* Others => _others.Pointer;

    /// <summary>The most tokens whose products are kept, where a chunk has so many rows.</summary>
    public static int MostTokens(long chunkRows) => (int)chunkRows;

    /// <summary>Bytes of all that is kept of a chunk's worth of rows, beyond the inputs of those rows.</summary>
    public static long Bytes(long chunkRows, int gateRow, int inputStride) => MostTokens(chunkRows) * sizeof(float) * (2L * gateRow + inputStride);

    /// <summary>Starts a batch: chooses tokens, and makes their products if that pays.</summary>
    /// <param name="batch">The batch, of which the input knows.</param>
    /// <param name="chunkRows">Most rows of a chunk.</param>
    public void Begin(PackedBatch batch, int chunkRows)
    {
        var most = MostTokens(chunkRows);
        _tokens.Choose(batch.Tokens, most);
        IsOn = _tokens.ProductCount < LargestShare * batch.TokenCount;
        if (!IsOn)
            return;
        _vectors.EnsureLength((long)most * _layer.InputStride);
        _products.EnsureLength((long)most * _layer.Shape.GateRow);
        _others.EnsureLength((long)chunkRows * _layer.InputStride);
        _team.Run(new MultiplyJob(this));
    }

    /// <summary>Nothing is shared.</summary>
    public void TurnOff() => IsOn = false;

    /// <summary>Zeroes the sums of gradients.</summary>
    public void BeginBackward(int chunkRows)
    {
        _gates.Sums.Resize(MostTokens(chunkRows), _layer.Shape.GateRow);
        _gates.Sums.Clear();
    }

    /// <summary>Before a chunk's work is shared.</summary>
    public void Prepare(in Chunk chunk) => _tokens.Begin(chunk);

    /// <summary>Reads the vectors of those of flat rows [begin, end) that have no repeated token.</summary>
    public void WriteOthers(int begin, int end)
    {
        var (first, behind) = _tokens.OthersWithin(begin, end);
        _input.Write(_tokens.OtherTokens[first..behind], Other(first));
    }

    /// <summary>The input's part of all gates of flat rows [begin, end), with bias.</summary>
    public void FillGates(in Chunk chunk, float* gates, int begin, int end)
    {
        var gateRow = _layer.Shape.GateRow;
        var (first, behind) = _tokens.OthersWithin(begin, end);
        var other = gates + (nint)(end - (behind - first)) * gateRow;
        _layer.MultiplyInputs(Other(first), other, behind - first);
        var tokens = chunk.Tokens;
        for (var r = begin; r < end; r++)
        {
            var target = gates + (nint)r * gateRow;
            var slot = _tokens.SlotOf(tokens[r]);
            var source = slot < 0 ? other : _products.Pointer + (nint)slot * gateRow;
            if (slot < 0)
                other += gateRow;
            // Rows still to be moved are never before this one.
            if (source != target)
                new ReadOnlySpan<float>(source, gateRow).CopyTo(new Span<float>(target, gateRow));
        }
    }

    /// <summary>
    /// The gradient by the vectors of those of flat rows [begin, end) that have no repeated token, side by side. It moves their gate gradients, which nobody needs any more.
    /// </summary>
    public void OtherGradients(float* gates, float* inputGradient, int begin, int end)
    {
        var gateRow = _layer.Shape.GateRow;
        var (first, behind) = _tokens.OthersWithin(begin, end);
        var own = gates + (nint)begin * gateRow;
        for (var i = first; i < behind; i++)
        {
            var source = gates + (nint)_tokens.OtherRows[i] * gateRow;
            var target = own + (nint)(i - first) * gateRow;
            if (source != target)
                new ReadOnlySpan<float>(source, gateRow).CopyTo(new Span<float>(target, gateRow));
        }
        inputGradient += (nint)first * _layer.InputStride;
        _layer.InputGradient(own, inputGradient, behind - first);
        _input.Mask(_tokens.OtherTokens[first..behind], inputGradient);
    }

    /// <summary>A worker's share of what <see cref="OtherGradients"/> gave.</summary>
    public void AddOtherGradients(float* inputGradient, int worker) => _input.AddGradient(_tokens.OtherTokens, inputGradient, _team, worker);

    /// <summary>After the last chunk: the repeated tokens' gradients.</summary>
    public void FinishBackward()
    {
        _team.Run(new WeightGradientJob(this));
        _team.Run(new InputGradientJob(this));
        _team.Run(new AddGradientJob(this));
    }

    public void Dispose()
    {
        _gates.Dispose();
        _vectors.Dispose();
        _products.Dispose();
        _others.Dispose();
    }

    private float* Other(int index) => _others.Pointer + (nint)index * _layer.InputStride;

    private (int Begin, int End) TokenShare(int worker) => _team.Share(_tokens.Count, 4, worker);

    private readonly struct MultiplyJob(SharedInputs shared) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = shared.TokenShare(worker);
            var layer = shared._layer;
            var vectors = shared._vectors.Pointer + (nint)begin * layer.InputStride;
            shared._input.Write(shared._tokens.Tokens[begin..end], vectors);
            layer.MultiplyInputs(vectors, shared._products.Pointer + (nint)begin * layer.Shape.GateRow, end - begin);
        }
    }

    private readonly struct WeightGradientJob(SharedInputs shared) : IJob
    {
        public void Run(int worker) => shared._layer.WeightGradient(shared._vectors.Pointer, shared._gates, shared._team, worker);
    }

    /// <summary>The vectors have been used; their gradients take their place.</summary>
    private readonly struct InputGradientJob(SharedInputs shared) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = shared.TokenShare(worker);
            shared._layer.InputGradient(shared._gates.Sums, shared._vectors.Pointer, begin, end);
            shared._input.Mask(shared._tokens.Tokens[begin..end], shared._vectors.Pointer + (nint)begin * shared._layer.InputStride);
        }
    }

    private readonly struct AddGradientJob(SharedInputs shared) : IJob
    {
        public void Run(int worker) => shared._input.AddGradient(shared._tokens.Tokens, shared._vectors.Pointer, shared._team, worker);
    }
}
