using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// From each output the distribution of the next token of its row; the last one's target is the empty token, the end of the text.
/// Scores exist for <see cref="PieceRows"/> outputs at a time, and in training only on the way back: the forward pass needs none.
/// </summary>
internal sealed unsafe class NextTokenHead : IDisposable
{
    private const int PieceRows = 128;

    private readonly LanguageModelParameters _parameters;
    private readonly RecurrentStack _stack;
    private readonly WorkerTeam _team;
    private readonly MatrixKernel _kernel;
    private readonly PackedMatrix _scoreWeights;
    private readonly PackedMatrix _outputWeights;
    private readonly PackedMatrix _outputs;
    private readonly NativeBuffer<float> _scores;
    private readonly int _scoreStride;
    private readonly BatchResult[] _results = new BatchResult[PieceRows];
    private readonly Action<int> _pack;
    private readonly Action<int> _score;
    private readonly Action<int> _weightGradient;
    private int[] _targets = [];
    private float* _chunkOutputs;
    private float* _chunkGradient;
    private int _piece;
    private int _pieceRows;
    private float _scale;
    private bool _training;

    public NextTokenHead(LanguageModelParameters parameters, RecurrentStack stack, WorkerTeam team, SimdWidth width)
    {
        _parameters = parameters;
        _stack = stack;
        _team = team;
        _kernel = MatrixKernel.For(width);
        var vocabulary = parameters.Weight.Rows;
        _scoreStride = PackedMatrix.RoundUp(vocabulary);
        _scoreWeights = new PackedMatrix(stack.OutputStride, vocabulary, _kernel);
        _outputWeights = new PackedMatrix(0, 0, _kernel);
        _outputs = new PackedMatrix(0, 0, _kernel, stack.Memory);
        _scores = new NativeBuffer<float>(stack.Memory);
        _pack = PackShare;
        _score = ScoreShare;
        _weightGradient = WeightGradientShare;
    }

    /// <summary>Must be called after each change of the weights.</summary>
    public void PackWeights(bool forTraining)
    {
        _training = forTraining;
        if (forTraining)
            _outputWeights.Resize(_parameters.Weight.Rows, _stack.OutputStride);
        _team.Run(_pack);
    }

    /// <summary>Cross-entropy of a chunk's outputs, without gradients.</summary>
    public BatchResult Score(in Chunk chunk) => Run(chunk, training: false);

    /// <summary>Cross-entropy of a recovered chunk's outputs, its gradient by the weights, and by the outputs into the stack.</summary>
    public BatchResult Backward(in Chunk chunk) => Run(chunk, training: true);

    public void Dispose()
    {
        _scoreWeights.Dispose();
        _outputWeights.Dispose();
        _outputs.Dispose();
        _scores.Dispose();
    }

    private BatchResult Run(in Chunk chunk, bool training)
    {
        _training = training;
        _scores.EnsureLength((long)PieceRows * _scoreStride);
        _chunkOutputs = _stack.Outputs(chunk);
        _chunkGradient = training ? _stack.OutputGradient : null;
        _scale = 1f / chunk.Batch.TokenCount;
        FindTargets(chunk);
        var result = default(BatchResult);
        for (_piece = 0; _piece < chunk.FlatRows; _piece += PieceRows)
        {
            _pieceRows = Math.Min(PieceRows, chunk.FlatRows - _piece);
            _team.Run(_score);
            // Row after row, so that the sum does not depend on the number of threads.
            foreach (var row in _results.AsSpan(0, _pieceRows))
                result += row;
            if (!training)
                continue;
            _outputs.Resize(_pieceRows, _stack.OutputStride);
            _team.Run(_weightGradient);
        }
        return result;
    }

    private void FindTargets(in Chunk chunk)
    {
        if (_targets.Length < chunk.FlatRows)
            _targets = new int[chunk.FlatRows];
        var batch = chunk.Batch;
        var r = 0;
        for (var s = 0; s < chunk.Steps; s++)
        {
            var next = chunk.First + s + 1;
            var continuing = next < batch.StepCount ? batch.ActiveRows(next) : 0;
            for (var b = 0; b < chunk.ActiveRows(s); b++)
                _targets[r++] = b < continuing ? batch.Tokens[(int)batch.FlatOffset(next) + b] : Vocabulary.EmptyToken;
        }
    }

    private void PackShare(int worker)
    {
        var weight = _parameters.Weight;
        var (first, end) = _team.Share(_scoreWeights.PanelCount, 1, worker);
        _scoreWeights.PackTransposed(weight.Value, weight.Stride, first, end);
        if (!_training)
            return;
        (first, end) = _team.Share(_outputWeights.PanelCount, 1, worker);
        _outputWeights.Pack(weight.Value, weight.Stride, first, end);
    }

    private void ScoreShare(int worker)
    {
        var (begin, end) = _team.Share(_pieceRows, 4, worker);
        if (begin == end)
            return;
        var stride = _stack.OutputStride;
        var scores = _scores.Pointer + (nint)begin * _scoreStride;
        _kernel.Multiply(end - begin, stride, _chunkOutputs + (nint)(_piece + begin) * stride, stride, 1, _scoreWeights, 0, 0, _scoreStride,
            _parameters.Bias.Value, 0, scores, _scoreStride);
        for (var r = begin; r < end; r++)
        {
            var row = new Span<float>(_scores.Pointer + (nint)r * _scoreStride, _parameters.Weight.Rows);
            var target = _targets[_piece + r];
            var largest = TensorPrimitives.IndexOfMax<float>(row);
            var maximum = row[largest];
            var targetScore = row[target];
            TensorPrimitives.Subtract(row, maximum, row);
            TensorPrimitives.Exp(row, row);
            var sum = TensorPrimitives.Sum<float>(row);
            _results[r] = new BatchResult(Math.Log(sum) - (targetScore - maximum), 1, largest == target ? 1 : 0);
            if (!_training)
                continue;
            TensorPrimitives.Multiply(row, _scale / sum, row);
            row[target] -= _scale;
            new Span<float>(_scores.Pointer + (nint)r * _scoreStride + row.Length, _scoreStride - row.Length).Clear();
        }
        if (_training)
        {
            _kernel.Multiply(end - begin, _parameters.Weight.Rows, scores, _scoreStride, 1, _outputWeights, 0, 0, stride,
                null, 0, _chunkGradient + (nint)(_piece + begin) * stride, stride);
        }
    }

    private void WeightGradientShare(int worker)
    {
        var weight = _parameters.Weight;
        var (begin, end) = _team.Share(_stack.OutputStride, MatrixKernel.ColumnAlignment, worker);
        if (begin < end)
        {
            _outputs.Pack(_chunkOutputs + (nint)_piece * _stack.OutputStride, _stack.OutputStride,
                begin / _kernel.PanelWidth, end / _kernel.PanelWidth);
            _kernel.Multiply(weight.Rows, _pieceRows, _scores.Pointer, 1, _scoreStride, _outputs, 0, begin, end - begin,
                weight.Gradient + begin, weight.Stride, weight.Gradient + begin, weight.Stride);
        }
        (begin, end) = _team.Share(_scoreStride, MatrixKernel.ColumnAlignment, worker);
        var bias = new Span<float>(_parameters.Bias.Gradient + begin, end - begin);
        for (var r = 0; r < _pieceRows; r++)
            TensorPrimitives.Add(bias, new ReadOnlySpan<float>(_scores.Pointer + (nint)r * _scoreStride + begin, end - begin), bias);
    }
}
