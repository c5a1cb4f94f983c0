using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>Softmax over all outcomes.</summary>
internal sealed unsafe class SoftmaxTokenHead : TokenHead
{
    private readonly PackedMatrix _scoreWeights;
    private readonly PackedMatrix _outputWeights;
    private readonly NativeBuffer<float> _scores;
    private readonly int _scoreStride;
    private double _logSum;

    /// <param name="output">The weights.</param>
    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="targets">Knows what the outcomes should be.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    public SoftmaxTokenHead(LinearParameters output, ISequenceEncoder encoder, ITokenTargets targets, float dropout = 0)
        : base(output, encoder, targets, output.Outcomes, dropout)
    {
        _scoreStride = PackedMatrix.RoundUp(output.Outcomes);
        _scoreWeights = new PackedMatrix(Stride, output.Outcomes, Kernel);
        _outputWeights = new PackedMatrix(0, 0, Kernel);
        _scores = new NativeBuffer<float>(encoder.Device.Memory);
    }

    /// <summary>The part of a target's probability that is spread evenly over all outcomes.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Adds the cross-entropies of a chunk's first <paramref name="count"/> outputs to <paramref name="result"/>, one after the other.</summary>
    public BatchResult Score(in Chunk chunk, int count, BatchResult result) => Run(chunk, count, result);

    /// <summary>log p of every outcome of one output, by weights packed for prediction.</summary>
    /// <param name="output">[Stride].</param>
    /// <param name="logProbabilities">[outcomes].</param>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public void LogProbabilities(float* output, Span<float> logProbabilities)
    {
        // The scores, and behind them how far they are below the highest.
        _scores.EnsureLength(2L * _scoreStride);
        Kernel.Multiply(1, Stride, output, Stride, 1, _scoreWeights, 0, 0, _scoreStride, Output.Bias.Value, 0, _scores.Pointer, _scoreStride);
        var scores = new Span<float>(_scores.Pointer, logProbabilities.Length);
        var largest = TensorPrimitives.Max<float>(scores);
        var differences = new Span<float>(_scores.Pointer + _scoreStride, scores.Length);
        TensorPrimitives.Subtract(scores, largest, differences);
        differences.CopyTo(scores);
        RowMath.Exp(scores);
        _logSum = HostMath.Log(RowMath.Sum(scores));
        ResultCheck.Finite(_logSum);
        TensorPrimitives.Subtract(differences, (float)_logSum, logProbabilities);
    }

    /// <summary>Length of a row of scores, padded.</summary>
    public int ScoreStride => _scoreStride;

    /// <summary>log p of every outcome of some outputs, to the bits that <see cref="LogProbabilities(float*, Span{float})"/> gives each of them.</summary>
    /// <param name="outputs">[rows, Stride].</param>
    /// <param name="rows">How many.</param>
    /// <param name="logProbabilities">[rows, ScoreStride], of which each row has the outcomes first.</param>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public void LogProbabilities(float* outputs, int rows, float* logProbabilities)
    {
        _scores.EnsureLength(_scoreStride);
        Kernel.Multiply(rows, Stride, outputs, Stride, 1, _scoreWeights, 0, 0, _scoreStride, Output.Bias.Value, 0, logProbabilities, _scoreStride);
        var exponentials = new Span<float>(_scores.Pointer, Output.Outcomes);
        for (var r = 0; r < rows; r++)
        {
            var row = new Span<float>(logProbabilities + (nint)r * _scoreStride, Output.Outcomes);
            TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
            row.CopyTo(exponentials);
            RowMath.Exp(exponentials);
            var logSum = HostMath.Log(RowMath.Sum(exponentials));
            ResultCheck.Finite(logSum);
            TensorPrimitives.Subtract(row, (float)logSum, row);
        }
    }

    /// <summary>
    /// The cross-entropy of a token after the output of the last <see cref="LogProbabilities(float*, Span{float})"/>, to the bits that <see cref="Score(in Chunk, int, BatchResult)"/> gives it;
    /// meaningful until the next score.
    /// </summary>
    public double CrossEntropy(int token) => _logSum - _scores.Pointer[_scoreStride + token];

    public override void ShareWeights(ISequenceHead? owner)
    {
        if (owner?.Scoring is SoftmaxTokenHead first)
            _scoreWeights.Share(first._scoreWeights);
        else
            PackWeights(forTraining: false, 0);
    }

    public override void Dispose()
    {
        base.Dispose();
        _scoreWeights.Dispose();
        _outputWeights.Dispose();
        _scores.Dispose();
    }

    protected override void Pack(bool forTraining, ulong seed)
    {
        if (forTraining)
            _outputWeights.Resize(Output.Outcomes, Stride);
        Team.Run(new PackJob(this, forTraining));
    }

    protected override void PreparePieces() => _scores.EnsureLength((long)PieceRows * _scoreStride);

    protected override void Score(in TokenPiece piece, float* outputs, float* gradient, int begin, int end)
    {
        var softmax = new TokenSoftmax(LabelSmoothing, FindsLargest: Counts != null);
        var scores = _scores.Pointer + (nint)begin * _scoreStride;
        Kernel.Multiply(end - begin, Stride, outputs, Stride, 1, _scoreWeights, 0, 0, _scoreStride, Output.Bias.Value, 0, scores, _scoreStride);
        for (var r = begin; r < end; r++)
        {
            var row = new Span<float>(_scores.Pointer + (nint)r * _scoreStride, Output.Outcomes);
            var target = Target(piece, r);
            var weight = Weight(piece, r);
            Results[r] = softmax.Loss(row, target, weight, out var sum, out Predicted[r]);
            if (!piece.IsTraining)
                continue;
            softmax.Gradient(row, target, weight * piece.Scale, sum);
            new Span<float>(_scores.Pointer + (nint)r * _scoreStride + row.Length, _scoreStride - row.Length).Clear();
        }
        if (piece.IsTraining)
            Kernel.Multiply(end - begin, Output.Outcomes, scores, _scoreStride, 1, _outputWeights, 0, 0, Stride, null, 0, gradient, Stride);
    }

    protected override void AddWeightGradient(in TokenPiece piece, float* outputs, int worker)
    {
        var weight = Output.Weight;
        var (begin, end) = Team.Share(Stride, MatrixKernel.ColumnAlignment, worker);
        if (begin < end)
        {
            PackedOutputs.Pack(outputs, Stride, begin / Kernel.PanelWidth, end / Kernel.PanelWidth);
            Kernel.Multiply(weight.Rows, piece.Rows, _scores.Pointer, 1, _scoreStride, PackedOutputs, 0, begin, end - begin,
                weight.Gradient + begin, weight.Stride, weight.Gradient + begin, weight.Stride);
        }
        (begin, end) = Team.Share(_scoreStride, MatrixKernel.ColumnAlignment, worker);
        var bias = new Span<float>(Output.Bias.Gradient + begin, end - begin);
        for (var r = 0; r < piece.Rows; r++)
            TensorPrimitives.Add(bias, new ReadOnlySpan<float>(_scores.Pointer + (nint)r * _scoreStride + begin, end - begin), bias);
    }

    private readonly struct PackJob(SoftmaxTokenHead head, bool forTraining) : IJob
    {
        public void Run(int worker)
        {
            var weight = head.Output.Weight;
            var (first, end) = head.Team.Share(head._scoreWeights.PanelCount, 1, worker);
            head._scoreWeights.PackTransposed(weight.Value, weight.Stride, first, end);
            if (!forTraining)
                return;
            (first, end) = head.Team.Share(head._outputWeights.PanelCount, 1, worker);
            head._outputWeights.Pack(weight.Value, weight.Stride, first, end);
        }
    }
}
