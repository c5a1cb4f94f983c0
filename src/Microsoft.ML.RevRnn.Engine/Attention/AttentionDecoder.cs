using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// A decoder with Luong's attention behind its top layer: with q_t the layer's output after dropout, out_t = tanh(W [c_t ; q_t]), where c_t is the mean of the source's contexts weighted
/// by the softmax of their products with a query made of q_t. Attention does not feed back, so all of it is done a chunk at a time, and in training on the way back only. Its outputs are
/// the out_t, which heads read like any encoder's.
/// </summary>
internal sealed unsafe partial class AttentionDecoder : ISequenceEncoder
{
    private readonly AttentionShape _shape;
    private readonly AttentionParameters _parameters;
    private readonly ISequenceEncoder _decoder;
    private readonly SourceMemory _memory;
    private readonly AttentionSweep _sweep;
    private readonly AttentionProducts[] _products;
    private readonly AttentionPieces _pieces = new();
    private readonly Dropout? _dropout;
    private readonly TanhKernel _tanh;
    private readonly PackedMatrix _queryWeights;
    private readonly PackedMatrix _queryTransposed;
    private readonly PackedMatrix _outputWeights;
    private readonly PackedMatrix _outputTransposed;
    private readonly AttentionBuffers _buffers;
    private int[] _sourceRows = [];
    private int[] _weightsAt = [];
    private int[] _alignments = [];
    private bool _isTraining;
    private bool _isStepping;
    private ulong _seed;

    /// <param name="shape">What the translation is made of.</param>
    /// <param name="parameters">Attention's weights.</param>
    /// <param name="decoder">Gives the q_t; this object's from now on.</param>
    /// <param name="memory">What can be read of the sources.</param>
    /// <param name="dropout">Rate of the dropout of q.</param>
    /// <param name="device">What heads work with; attention's own buffers are in the decoder's account.</param>
    public AttentionDecoder(AttentionShape shape, AttentionParameters parameters, ISequenceEncoder decoder, SourceMemory memory, float dropout, Device device)
    {
        _shape = shape;
        _parameters = parameters;
        _decoder = decoder;
        _memory = memory;
        _sweep = new AttentionSweep(shape, memory);
        Device = device;
        _products = [.. Enumerable.Range(0, device.Team.Size).Select(_ => new AttentionProducts(shape, memory, decoder.Device))];
        _dropout = dropout > 0 ? Dropout.For(device.Width, dropout) : null;
        _tanh = TanhKernel.For(device.Width);
        _queryWeights = new PackedMatrix(0, 0, device.Matrix);
        _queryTransposed = new PackedMatrix(0, 0, device.Matrix);
        _outputWeights = new PackedMatrix(shape.JoinedStride, shape.OutputSize, device.Matrix);
        _outputTransposed = new PackedMatrix(0, 0, device.Matrix);
        if (parameters.Query != null)
            _queryWeights.Resize(shape.StateStride, shape.ContextStride);
        _buffers = new AttentionBuffers(shape, decoder.Device);
        OutputColumns = Parameter.Identity(shape.OutputSize);
    }

    public Device Device { get; }

    public int OutputStride => _shape.OutputStride;

    public int[] OutputColumns { get; }

    public int ChunkCount => _decoder.ChunkCount;

    public ActivationAccount Account => _decoder.Account;

    public float* OutputGradient => _buffers.OutputGradients.Pointer;

    /// <summary>Of each row the position of the source token with the largest weight, where single steps are run.</summary>
    public ReadOnlySpan<int> Alignments => _alignments;

    private WorkerTeam Team => Device.Team;

    /// <summary>Tells of each row which source it translates; before <see cref="Begin"/>.</summary>
    /// <param name="sourceRows">The rows of the sources.</param>
    /// <param name="isStepping">Whether batches are of one step, whose results must be the same bits whatever is beside them and whose alignments are wanted.</param>
    public void Assign(ReadOnlySpan<int> sourceRows, bool isStepping = false)
    {
        _isStepping = isStepping;
        if (_sourceRows.Length < sourceRows.Length)
        {
            _sourceRows = new int[sourceRows.Length];
            _weightsAt = new int[sourceRows.Length];
            _alignments = new int[sourceRows.Length];
        }
        sourceRows.CopyTo(_sourceRows);
    }

    public void PrepareTraining()
    {
        _decoder.PrepareTraining();
        foreach (var parameter in _parameters.All)
            parameter.EnableGradient();
        if (_parameters.Query != null)
            _queryTransposed.Resize(_shape.ContextStride, _shape.StateStride);
        _outputTransposed.Resize(_shape.OutputSize, _shape.JoinedStride);
    }

    public void PackWeights(bool forTraining, ulong seed = 0)
    {
        _decoder.PackWeights(forTraining, seed);
        Team.Run(new PackJob(this, forTraining));
    }

    public void ShareWeights(ISequenceEncoder? owner)
    {
        var first = owner as AttentionDecoder;
        _decoder.ShareWeights(first?._decoder);
        if (first == null)
        {
            Team.Run(new PackJob(this, forTraining: false));
            return;
        }
        _queryWeights.Share(first._queryWeights);
        _outputWeights.Share(first._outputWeights);
    }

    public void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        _isTraining = training;
        _seed = seed;
        _decoder.Begin(batch, training, seed, start);
        var sourceRows = _sourceRows.AsSpan(0, batch.RowCount);
        if (_isStepping)
        {
            var tokens = 0;
            for (var row = 0; row < sourceRows.Length; row++)
            {
                _weightsAt[row] = tokens;
                tokens += _memory.Length(sourceRows[row]);
            }
            _buffers.PreparePieces(tokens, training: false);
            _buffers.PrepareVectors(Team.Size);
            return;
        }
        _pieces.Plan(GetChunk(0).Steps, sourceRows, _memory, Team.Size);
        _buffers.PreparePieces(_pieces.MostWeights, training);
        foreach (var products in _products)
            products.Prepare(_pieces.Steps);
    }

    public void Release()
    {
        _decoder.Release();
        _buffers.Release();
    }

    public Chunk GetChunk(int index) => _decoder.GetChunk(index);

    public void Forward(in Chunk chunk)
    {
        _decoder.Forward(chunk);
        if (!_isTraining)
            Attend(chunk);
    }

    public float* Outputs(in Chunk chunk) => _buffers.Outputs.Pointer;

    public EncoderStates CreateStates(bool hasGradients = false) => _decoder.CreateStates(hasGradients);

    public void SaveStates(EncoderStates states) => _decoder.SaveStates(states);

    public void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        _decoder.BeginBackward(lossScale, end);
        _memory.BeginBackward();
    }

    public void Recover(in Chunk chunk)
    {
        _decoder.Recover(chunk);
        Attend(chunk);
        _buffers.PrepareBackward(chunk.FlatRows);
    }

    public void Backward(in Chunk chunk)
    {
        Team.Run(new OutputGradientJob(this, chunk));
        Team.Run(new OutputWeightJob(this, chunk));
        for (var piece = _pieces.First(chunk); !piece.IsNone; piece = _pieces.Next(chunk, piece))
        {
            Team.Run(new BackwardJob(this, chunk, piece));
            Team.Run(new ContextGradientJob(this, chunk, piece));
        }
        Team.Run(new QueryGradientJob(this, chunk));
        if (_parameters.Query != null)
            Team.Run(new QueryWeightJob(this, chunk));
        _decoder.Backward(chunk);
    }

    public void FinishBackward() => _decoder.FinishBackward();

    public int RowLimit(int steps, int most) => _decoder.RowLimit(steps, most);

    public long LeastBytes(int rows, int steps) => _decoder.LeastBytes(rows, steps);

    public void Dispose()
    {
        _decoder.Dispose();
        _buffers.Dispose();
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_queryWeights, _queryTransposed, _outputWeights, _outputTransposed, .. _products])
            owned.Dispose();
    }

    private void Attend(in Chunk chunk)
    {
        _buffers.PrepareForward(chunk.FlatRows);
        Team.Run(new QueryJob(this, chunk));
        if (_isStepping)
            Team.Run(new SweepJob(this, chunk));
        else
        {
            for (var piece = _pieces.First(chunk); !piece.IsNone; piece = _pieces.Next(chunk, piece))
                Team.Run(new ForwardJob(this, chunk, piece));
        }
        Team.Run(new OutputJob(this, chunk));
    }

    /// <summary>Where what attention reads and writes of a row of a piece lies.</summary>
    private AttentionSteps Steps(in Chunk chunk, in AttentionPiece piece, int row, bool backward)
    {
        var (first, count) = (piece.FirstStep, 0);
        while (count < _pieces.Steps && first + count < chunk.Steps && row < chunk.ActiveRows(first + count))
            count++;
        var at = _pieces.WeightsAt(piece, row);
        return new AttentionSteps
        {
            Chunk = chunk,
            Row = row,
            First = first,
            Count = count,
            Queries = _buffers.Queries.Pointer,
            QueryGradients = _buffers.QueryGradients.Pointer,
            Contexts = backward ? _buffers.JoinedGradients.Pointer : _buffers.Joined.Pointer,
            WeightsOfSteps = _buffers.Weights.Pointer + at,
            ScoreGradientsOfSteps = _buffers.ScoreGradients.Pointer + at,
            SourceLength = _memory.Length(_sourceRows[row]),
            ContextStride = _shape.ContextStride,
            JoinedStride = _shape.JoinedStride,
        };
    }
}
