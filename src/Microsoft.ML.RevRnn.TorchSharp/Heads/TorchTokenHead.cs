using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>An outcome of each token on a device, as <see cref="TokenHead"/>: scores exist for a piece of a chunk at a time, and in training only on the way back.</summary>
internal abstract class TorchTokenHead : ISequenceHead
{
    private const long PieceBytes = 64L << 20;
    private const int LeastPieceRows = 32;

    private readonly ITokenTargets _targets;
    private readonly float _dropout;
    private readonly int _pieceRows;
    private readonly long _rowBytes;
    private TorchBuffer? _mask;
    private TorchBuffer? _totals;
    private long _predictions;
    private double _weight;
    private float _heaviest;

    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="parameters">All matrices.</param>
    /// <param name="output">The weights.</param>
    /// <param name="targets">Knows what the outcomes should be.</param>
    /// <param name="scores">Most scores of an output.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    protected TorchTokenHead(
        ITorchEncoder encoder, TorchParameters parameters, LinearParameters output, ITokenTargets targets, int scores, float dropout)
    {
        Encoder = encoder;
        Weight = parameters[output.Weight];
        Bias = parameters[output.Bias];
        Outcomes = output.Outcomes;
        _targets = targets;
        _dropout = dropout;
        _rowBytes = RowBytes(scores, encoder.OutputStride);
        _pieceRows = PieceRows(scores, encoder.OutputStride);
    }

    public BatchResult Result { get; private set; }

    public float LossScale => _heaviest * Scale;

    /// <summary>Is told what the most probable outcomes are; null for nobody.</summary>
    public ClassCounts? Counts { get; init; }

    protected ITorchEncoder Encoder { get; }

    protected TorchDevice Device => Encoder.Torch;

    protected TorchParameter Weight { get; }

    protected TorchParameter Bias { get; }

    protected int Outcomes { get; }

    /// <summary>The factor in the batch's loss of that of a prediction that weighs 1.</summary>
    private float Scale => 1f / (float)_weight;

    private bool IsTraining => Encoder.Batch.IsTraining;

    /// <summary>Bytes that a head takes at the most, beyond copies of weights.</summary>
    /// <param name="scores">Scores of an output.</param>
    /// <param name="outputStride">Length of a row of outputs.</param>
    /// <param name="rows">Most rows of a batch.</param>
    /// <param name="chunkRows">Most flat rows of a chunk.</param>
    public static long Bytes(int scores, int outputStride, int rows, int chunkRows) =>
        Math.Min(PieceRows(scores, outputStride), chunkRows) * RowBytes(scores, outputStride)
        + ((long)rows * outputStride + 3L * scores + 8) * sizeof(float);

    public virtual void PackWeights(bool forTraining, ulong seed)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        Release();
        Result = default;
        _predictions = 0;
        (_weight, _heaviest) = _targets.Weigh(batch);
        _totals = Device.Totals(2);
        if (!training || _dropout == 0)
            return;
        var keys = new ulong[batch.RowCount];
        for (var row = 0; row < keys.Length; row++)
            keys[row] = CounterRandom.Key(seed, RandomUse.OutputDropout, (ulong)row);
        _mask = Masks.Create(Device, _dropout, Encoder.OutputStride, keys);
    }

    public virtual void Release()
    {
        _mask?.Dispose();
        _totals?.Dispose();
        (_mask, _totals) = (null, null);
    }

    public void Forward(in Chunk chunk)
    {
        if (!IsTraining)
            Run(chunk);
    }

    public void FinishForward()
    {
        if (!IsTraining)
            ReadResult();
    }

    public void BeginBackward()
    {
    }

    public void Backward(in Chunk chunk) => Run(chunk);

    public virtual void FinishBackward() => ReadResult();

    public virtual void Dispose() => Release();

    /// <summary>Scores a piece's outputs; in training it writes the gradient by them, and adds to those by the weights.</summary>
    /// <param name="outputs">[rows, stride], after dropout.</param>
    /// <param name="targets">What their outcomes should be.</param>
    /// <param name="scales">[rows]: the factors of their losses in the batch's; null where nothing is learned.</param>
    /// <param name="gradient">[rows, stride]; null where nothing is learned.</param>
    /// <returns>Of each output its loss, whether it is right, and its most probable outcome, if that is known.</returns>
    protected abstract (Tensor Losses, Tensor IsRight, Tensor? Predicted) Score(Tensor outputs, PieceTargets targets, Tensor? scales, Tensor? gradient);

    private static long RowBytes(int scores, int outputStride) => (3L * scores + 5L * outputStride + 8) * sizeof(float);

    private static int PieceRows(int scores, int outputStride) => (int)Math.Max(LeastPieceRows, PieceBytes / RowBytes(scores, outputStride));

    private void Run(in Chunk chunk)
    {
        var targets = new int[chunk.FlatRows];
        _targets.Find(chunk, targets);
        var weights = new float[targets.Length];
        for (var (step, flat) = (0, 0); step < chunk.Steps; step++)
        {
            for (var row = 0; row < chunk.ActiveRows(step); row++, flat++)
                weights[flat] = _targets.IsWeighted ? _targets.Weight(chunk.Batch, row, targets[flat]) : 1;
        }
        for (var first = 0; first < targets.Length; first += _pieceRows)
        {
            var rows = Math.Min(_pieceRows, targets.Length - first);
            RunPiece(chunk, first, targets.AsSpan(first, rows), weights.AsSpan(first, rows));
        }
        _predictions += targets.Length;
    }

    private void RunPiece(in Chunk chunk, int first, ReadOnlySpan<int> targets, ReadOnlySpan<float> weights)
    {
        using var scope = NewDisposeScope();
        using var counted = Device.Counted(_rowBytes * targets.Length);
        using var piece = new PieceTargets(Device, targets);
        using var weighing = Device.Rows(weights, 1);
        var ofEach = weighing.Tensor.squeeze(1);
        var outputs = Encoder.OutputsOf(chunk).narrow(0, first, targets.Length);
        var gradient = IsTraining ? Encoder.OutputGradientOf(chunk).narrow(0, first, targets.Length) : null;
        var mask = IsTraining ? _mask?.Tensor.index_select(0, Encoder.Batch.RowsOf(chunk).narrow(0, first, targets.Length)) : null;
        var (losses, isRight, predicted) = Score(mask is null ? outputs : outputs.mul(mask), piece, IsTraining ? ofEach * Scale : null, gradient);
        if (mask is not null)
            gradient!.mul_(mask);
        _totals!.Tensor.narrow(0, 0, 1).add_(losses.mul(ofEach).sum(ScalarType.Float64));
        _totals.Tensor.narrow(0, 1, 1).add_(isRight.sum(ScalarType.Float64));
        if (Counts == null)
            return;
        var outcomes = predicted!.cpu().data<long>().ToArray();
        for (var r = 0; r < targets.Length; r++)
            Counts.Add(targets[r], (int)outcomes[r]);
    }

    private void ReadResult()
    {
        var totals = new double[2];
        _totals!.Download<double>(totals);
        Result = new BatchResult(totals[0], _predictions, (long)totals[1], _targets.IsWeighted ? _weight : _predictions);
    }
}
