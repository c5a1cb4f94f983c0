using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>Softmax over all V tokens.</summary>
internal sealed unsafe class NextTokenHead : TokenHead
{
    private readonly PackedMatrix _scoreWeights;
    private readonly PackedMatrix _outputWeights;
    private readonly NativeBuffer<float> _scores;
    private readonly int _scoreStride;
    private readonly Action<int> _pack;
    private double _logSum;

    public NextTokenHead(LanguageModelParameters parameters, RecurrentStack stack, float dropout, WorkerTeam team, SimdWidth width)
        : base(parameters, stack, parameters.Weight.Rows, dropout, team, width)
    {
        _scoreStride = PackedMatrix.RoundUp(parameters.Weight.Rows);
        _scoreWeights = new PackedMatrix(Stride, parameters.Weight.Rows, Kernel);
        _outputWeights = new PackedMatrix(0, 0, Kernel);
        _scores = new NativeBuffer<float>(stack.Memory);
        _pack = PackShare;
    }

    /// <summary>Cross-entropy of a chunk's outputs, without gradients or dropout.</summary>
    public BatchResult Score(in Chunk chunk) => Run(chunk, training: false);

    /// <summary>Adds the cross-entropies of a chunk's first <paramref name="count"/> outputs to <paramref name="result"/>, one after the other.</summary>
    public BatchResult Score(in Chunk chunk, int count, BatchResult result) => Run(chunk, count, training: false, result);

    /// <summary>log p of every token after one output, by weights packed for prediction.</summary>
    /// <param name="output">[Stride].</param>
    /// <param name="logProbabilities">[V].</param>
    public void LogProbabilities(float* output, Span<float> logProbabilities)
    {
        // The scores, and behind them how far they are below the highest.
        _scores.EnsureLength(2L * _scoreStride);
        Kernel.Multiply(1, Stride, output, Stride, 1, _scoreWeights, 0, 0, _scoreStride, Parameters.Bias.Value, 0, _scores.Pointer, _scoreStride);
        var scores = new Span<float>(_scores.Pointer, logProbabilities.Length);
        var largest = TensorPrimitives.Max<float>(scores);
        var differences = new Span<float>(_scores.Pointer + _scoreStride, scores.Length);
        TensorPrimitives.Subtract(scores, largest, differences);
        TensorPrimitives.Exp(differences, scores);
        _logSum = Math.Log(TensorPrimitives.Sum<float>(scores));
        TensorPrimitives.Subtract(differences, (float)_logSum, logProbabilities);
    }

    /// <summary>
    /// The cross-entropy of a token after the output of the last <see cref="LogProbabilities"/>, to the bits that <see cref="Score(in Chunk)"/> gives it;
    /// meaningful until the next score.
    /// </summary>
    public double CrossEntropy(int token) => _logSum - _scores.Pointer[_scoreStride + token];

    public override void Dispose()
    {
        base.Dispose();
        _scoreWeights.Dispose();
        _outputWeights.Dispose();
        _scores.Dispose();
    }

    protected override void Pack(ulong seed)
    {
        if (IsTraining)
            _outputWeights.Resize(Parameters.Weight.Rows, Stride);
        Team.Run(_pack);
    }

    protected override void PreparePieces() => _scores.EnsureLength((long)PieceRows * _scoreStride);

    protected override void ScoreShare(int worker)
    {
        var (begin, end) = Team.Share(Rows, 4, worker);
        if (begin == end)
            return;
        var scores = _scores.Pointer + (nint)begin * _scoreStride;
        Kernel.Multiply(end - begin, Stride, ReadOutputs(begin, end), Stride, 1, _scoreWeights, 0, 0, _scoreStride,
            Parameters.Bias.Value, 0, scores, _scoreStride);
        for (var r = begin; r < end; r++)
        {
            var row = new Span<float>(_scores.Pointer + (nint)r * _scoreStride, Parameters.Weight.Rows);
            var target = Target(r);
            var largest = TensorPrimitives.IndexOfMax<float>(row);
            var maximum = row[largest];
            var targetScore = row[target];
            TensorPrimitives.Subtract(row, maximum, row);
            TensorPrimitives.Exp(row, row);
            var sum = TensorPrimitives.Sum<float>(row);
            Results[r] = new BatchResult(Math.Log(sum) - (targetScore - maximum), 1, largest == target ? 1 : 0);
            if (!IsTraining)
                continue;
            TensorPrimitives.Multiply(row, Scale / sum, row);
            row[target] -= Scale;
            new Span<float>(_scores.Pointer + (nint)r * _scoreStride + row.Length, _scoreStride - row.Length).Clear();
        }
        if (!IsTraining)
            return;
        Kernel.Multiply(end - begin, Parameters.Weight.Rows, scores, _scoreStride, 1, _outputWeights, 0, 0, Stride,
            null, 0, OutputGradient(begin), Stride);
        ApplyDropoutToGradients(begin, end);
    }

    protected override void WeightGradientShare(int worker)
    {
        var weight = Parameters.Weight;
        var (begin, end) = Team.Share(Stride, MatrixKernel.ColumnAlignment, worker);
        if (begin < end)
        {
            PackedOutputs.Pack(PieceOutputs, Stride, begin / Kernel.PanelWidth, end / Kernel.PanelWidth);
            Kernel.Multiply(weight.Rows, Rows, _scores.Pointer, 1, _scoreStride, PackedOutputs, 0, begin, end - begin,
                weight.Gradient + begin, weight.Stride, weight.Gradient + begin, weight.Stride);
        }
        (begin, end) = Team.Share(_scoreStride, MatrixKernel.ColumnAlignment, worker);
        var bias = new Span<float>(Parameters.Bias.Gradient + begin, end - begin);
        for (var r = 0; r < Rows; r++)
            TensorPrimitives.Add(bias, new ReadOnlySpan<float>(_scores.Pointer + (nint)r * _scoreStride + begin, end - begin), bias);
    }

    private void PackShare(int worker)
    {
        var weight = Parameters.Weight;
        var (first, end) = Team.Share(_scoreWeights.PanelCount, 1, worker);
        _scoreWeights.PackTransposed(weight.Value, weight.Stride, first, end);
        if (!IsTraining)
            return;
        (first, end) = Team.Share(_outputWeights.PanelCount, 1, worker);
        _outputWeights.Pack(weight.Value, weight.Stride, first, end);
    }
}
