using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// From each output the distribution of an outcome, such as the next token of its row, and its cross-entropy. Scores exist for <see cref="PieceRows"/> outputs
/// at a time, and in training only on the way back: the forward pass needs none.
/// </summary>
internal abstract unsafe class TokenHead : ISequenceHead
{
    private const int LeastPieceRows = 48;
    private const int MostPieceRows = 128;
    private const int PieceBytes = 1 << 20;

    private readonly ChunkTargets _targets;
    private readonly Dropout? _dropout;
    private readonly NativeBuffer<float> _dropped;
    private ulong _seed;
    private bool _isTraining;

    /// <param name="output">The weights.</param>
    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="targets">Knows what the outcomes should be.</param>
    /// <param name="scores">Most scores of an output.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    protected TokenHead(LinearParameters output, ISequenceEncoder encoder, ITokenTargets targets, int scores, float dropout)
    {
        PieceRows = PieceRowsFor(scores);
        Results = new BatchResult[PieceRows];
        Predicted = new int[PieceRows];
        Output = output;
        Encoder = encoder;
        PackedOutputs = new PackedMatrix(0, 0, Kernel, encoder.Device.Memory);
        _targets = new ChunkTargets(targets);
        _dropout = dropout > 0 ? Dropout.For(encoder.Device.Width, dropout) : null;
        _dropped = new NativeBuffer<float>(encoder.Device.Memory);
    }

    public BatchResult Result { get; private set; }

    public float LossScale => _targets.LossScale;

    /// <summary>Receives the cross-entropy of each output, by its place among all rows of the batch's steps; null for nobody.</summary>
    public double[]? Losses { get; set; }

    /// <summary>Is told what the most probable outcomes are; null for nobody.</summary>
    public ClassCounts? Counts { get; init; }

    protected LinearParameters Output { get; }

    protected ISequenceEncoder Encoder { get; }

    protected WorkerTeam Team => Encoder.Device.Team;

    protected MatrixKernel Kernel => Encoder.Device.Matrix;

    /// <summary>The piece's outputs as right factor of the weight gradient.</summary>
    protected PackedMatrix PackedOutputs { get; }

    /// <summary>What each output of the piece found.</summary>
    protected BatchResult[] Results { get; }

    /// <summary>The most probable outcome of each output of the piece, for <see cref="Counts"/>.</summary>
    protected int[] Predicted { get; }

    /// <summary>Outputs of a piece, all but the last one of a chunk.</summary>
    protected int PieceRows { get; }

    /// <summary>Length of a row of outputs.</summary>
    protected int Stride => Encoder.OutputStride;

    /// <summary>Bytes that a head's buffers take, whatever the batch.</summary>
    /// <param name="outputStride">Length of a row of outputs.</param>
    /// <param name="outcomes">Their number.</param>
    /// <param name="softmaxSamples">Outcomes drawn for a batch's softmax; 0 for all of them.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    public static long Bytes(int outputStride, int outcomes, int softmaxSamples, float dropout)
    {
        var scores = softmaxSamples == 0 ? outcomes : Math.Min(softmaxSamples, outcomes);
        return PieceRowsFor(scores) * sizeof(float)
            * ((long)PackedMatrix.RoundUp(scores) + PackedMatrix.RoundUp(outputStride) + (dropout > 0 ? outputStride : 0));
    }

    public void PackWeights(bool forTraining, ulong seed)
    {
        _seed = seed;
        Pack(forTraining, seed);
    }

    public virtual void ShareWeights(ISequenceHead? owner) => PackWeights(forTraining: false, 0);

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _isTraining = training;
        Result = default;
        _targets.Begin(batch);
        PreparePieces();
        if (training && _dropout != null)
            _dropped.EnsureLength((long)PieceRows * Stride);
    }

    public void Forward(in Chunk chunk)
    {
        if (!_isTraining)
            Result += Run(chunk, chunk.FlatRows, default);
    }

    public void FinishForward()
    {
    }

    public void BeginBackward()
    {
    }

    public void Backward(in Chunk chunk) => Result += Run(chunk, chunk.FlatRows, default);

    public virtual void FinishBackward()
    {
    }

    public virtual void Dispose()
    {
        PackedOutputs.Dispose();
        _dropped.Dispose();
    }

    /// <summary>Adds what the first <paramref name="count"/> outputs of a chunk find to <paramref name="result"/>, one after the other.</summary>
    protected BatchResult Run(in Chunk chunk, int count, BatchResult result)
    {
        _targets.Find(chunk);
        for (var first = 0; first < count; first += PieceRows)
        {
            var piece = new TokenPiece(first, Math.Min(PieceRows, count - first), _isTraining, _targets.Scale);
            Team.Run(new ScoreJob(this, chunk, piece));
            // Row after row, so that the sum does not depend on the number of threads.
            foreach (var row in Results.AsSpan(0, piece.Rows))
                result += row;
            for (var r = 0; r < piece.Rows && Losses != null; r++)
                Losses[chunk.FlatStart + first + r] = Results[r].LossSum;
            for (var r = 0; r < piece.Rows && Counts != null; r++)
                Counts.Add(Target(piece, r), Predicted[r]);
            if (!_isTraining)
                continue;
            PackedOutputs.Resize(piece.Rows, Stride);
            Team.Run(new WeightGradientJob(this, chunk, piece));
        }
        return result;
    }

    /// <summary>Brings the packed weights up to date.</summary>
    protected abstract void Pack(bool forTraining, ulong seed);

    /// <summary>Makes room for a piece's scores.</summary>
    protected abstract void PreparePieces();

    /// <summary>Scores, losses, and gradients by the outputs of the piece's rows [begin, end).</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="outputs">The outputs of these rows, after dropout.</param>
    /// <param name="gradient">Where the gradient by them goes.</param>
    /// <param name="begin">First row, of the piece.</param>
    /// <param name="end">Behind the last row.</param>
    protected abstract void Score(in TokenPiece piece, float* outputs, float* gradient, int begin, int end);

    /// <summary>A worker's share of the piece's part of the gradients by the weights.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="outputs">All its outputs, after dropout.</param>
    /// <param name="worker">The worker.</param>
    protected abstract void AddWeightGradient(in TokenPiece piece, float* outputs, int worker);

    /// <summary>What the outcome of an output of the piece should be.</summary>
    protected int Target(in TokenPiece piece, int row) => _targets.Outcome(piece.First + row);

    /// <summary>What an output of the piece weighs.</summary>
    protected float Weight(in TokenPiece piece, int row) => _targets.Weight(piece.First + row);

    /// <summary>As many as keep the scores within a megabyte, but enough to multiply efficiently.</summary>
    private static int PieceRowsFor(int scores) => Math.Clamp(PieceBytes / sizeof(float) / scores, LeastPieceRows, MostPieceRows);

    private void Drop(float* values, float* target, int row) =>
        _dropout!.Apply(values, target, Stride, CounterRandom.Key(_seed, RandomUse.OutputDropout, (ulong)_targets.Row(row)));

    private float* PieceOutputs(in Chunk chunk, in TokenPiece piece) =>
        _dropout == null || !piece.IsTraining ? Encoder.Outputs(chunk) + (nint)piece.First * Stride : _dropped.Pointer;

    private readonly struct ScoreJob(TokenHead head, Chunk chunk, TokenPiece piece) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head.Team.Share(piece.Rows, 4, worker);
            if (begin == end)
                return;
            var stride = head.Stride;
            var drops = head._dropout != null && piece.IsTraining;
            for (var r = begin; r < end && drops; r++)
                head.Drop(head.Encoder.Outputs(chunk) + (nint)(piece.First + r) * stride, head._dropped.Pointer + (nint)r * stride, piece.First + r);
            var outputs = head.PieceOutputs(chunk, piece) + (nint)begin * stride;
            var gradient = piece.IsTraining ? head.Encoder.OutputGradient + (nint)(piece.First + begin) * stride : null;
            head.Score(piece, outputs, gradient, begin, end);
            for (var r = begin; r < end && drops; r++)
                head.Drop(gradient + (nint)(r - begin) * stride, gradient + (nint)(r - begin) * stride, piece.First + r);
        }
    }

    private readonly struct WeightGradientJob(TokenHead head, Chunk chunk, TokenPiece piece) : IJob
    {
        public void Run(int worker) => head.AddWeightGradient(piece, head.PieceOutputs(chunk, piece), worker);
    }
}
