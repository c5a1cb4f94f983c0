using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// One direction's part of the scores of a batch's tokens, W_d h: C values a token, which are kept while the direction's outputs, H values a token, are not. On the way back their
/// places hold the gradient by the scores.
/// </summary>
internal sealed unsafe class DirectionScores : IDisposable
{
    private readonly LinearParameters _output;
    private readonly ISequenceEncoder _direction;
    private readonly int _firstColumn;
    private readonly PackedMatrix _scoreWeights;
    private readonly PackedMatrix _outputWeights;
    private readonly PackedMatrix _packedOutputs;
    private readonly Dropout? _dropout;
    private readonly NativeBuffer<float> _dropped;
    private readonly NativeBuffer<float> _scores;
    private ulong _seed;
    private bool _drops;

    /// <param name="output">The linear map from the outputs of all directions.</param>
    /// <param name="direction">Gives its outputs.</param>
    /// <param name="firstColumn">Where in a row of the map's weights those of this direction begin; the first direction learns the bias.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    public DirectionScores(LinearParameters output, ISequenceEncoder direction, int firstColumn, float dropout)
    {
        (_output, _direction, _firstColumn) = (output, direction, firstColumn);
        var (kernel, meter) = (direction.Device.Matrix, direction.Device.Memory);
        _scoreWeights = new PackedMatrix(direction.OutputStride, output.Outcomes, kernel);
        _outputWeights = new PackedMatrix(0, 0, kernel);
        _packedOutputs = new PackedMatrix(0, 0, kernel, meter);
        _dropout = dropout > 0 ? Dropout.For(direction.Device.Width, dropout) : null;
        _dropped = new NativeBuffer<float>(meter);
        _scores = new NativeBuffer<float>(meter);
        ScoreStride = PackedMatrix.RoundUp(output.Outcomes);
    }

    /// <summary>Length of a row of scores, padded; padding is zero.</summary>
    public int ScoreStride { get; }

    private WorkerTeam Team => _direction.Device.Team;

    private int Stride => _direction.OutputStride;

    /// <summary>Bytes that are kept of each token.</summary>
    public static long BytesPerToken(int outcomes) => sizeof(float) * (long)PackedMatrix.RoundUp(outcomes);

    /// <summary>[C]: the scores of a token, or the gradient by them, by its place among all rows of the steps of the direction's batch.</summary>
    public Span<float> Row(long place) => new(_scores.Pointer + (nint)place * ScoreStride, _output.Outcomes);

    public void Pack(bool forTraining)
    {
        if (forTraining)
            _outputWeights.Resize(_output.Outcomes, Stride);
        Team.Run(new PackJob(this, forTraining));
    }

    /// <summary>Takes the packed weights of another one, for prediction.</summary>
    public void Share(DirectionScores owner) => _scoreWeights.Share(owner._scoreWeights);

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        (_seed, _drops) = (seed, training && _dropout != null);
        _scores.EnsureLength((long)batch.TokenCount * ScoreStride);
    }

    public void Release() => _scores.Release();

    /// <summary>Scores the outputs of the direction's chunk.</summary>
    public void Forward(in Chunk chunk)
    {
        if (_drops)
            _dropped.EnsureLength((long)chunk.FlatRows * Stride);
        Team.Run(new ScoreJob(this, chunk));
    }

    /// <summary>From the gradient by a chunk's scores to those by the weights, and by the direction's outputs.</summary>
    public void Backward(in Chunk chunk)
    {
        if (_drops)
            _dropped.EnsureLength((long)chunk.FlatRows * Stride);
        _packedOutputs.Resize(chunk.FlatRows, Stride);
        Team.Run(new OutputGradientJob(this, chunk));
        Team.Run(new WeightGradientJob(this, chunk));
    }

    public void Dispose()
    {
        _scoreWeights.Dispose();
        _outputWeights.Dispose();
        _packedOutputs.Dispose();
        _dropped.Dispose();
        _scores.Dispose();
    }

    /// <summary>One mask a row of the batch, the same at every step.</summary>
    private void Drop(in Chunk chunk, float* source, float* target, int begin, int end)
    {
        for (var s = 0; s < chunk.Steps; s++)
        {
            var first = chunk.FlatRow(s);
            for (var r = Math.Max(begin, first); r < Math.Min(end, first + chunk.ActiveRows(s)); r++)
                _dropout!.Apply(source + (nint)r * Stride, target + (nint)r * Stride, Stride, CounterRandom.Key(_seed, RandomUse.OutputDropout, (ulong)(r - first)));
        }
    }

    private float* Outputs(in Chunk chunk) => _drops ? _dropped.Pointer : _direction.Outputs(chunk);

    private readonly struct PackJob(DirectionScores scores, bool forTraining) : IJob
    {
        public void Run(int worker)
        {
            var weight = scores._output.Weight;
            var (first, end) = scores.Team.Share(scores._scoreWeights.PanelCount, 1, worker);
            scores._scoreWeights.PackTransposed(weight.Value + scores._firstColumn, weight.Stride, first, end);
            if (!forTraining)
                return;
            (first, end) = scores.Team.Share(scores._outputWeights.PanelCount, 1, worker);
            scores._outputWeights.Pack(weight.Value + scores._firstColumn, weight.Stride, first, end);
        }
    }

    private readonly struct ScoreJob(DirectionScores scores, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = scores.Team.Share(chunk.FlatRows, 4, worker);
            if (begin == end)
                return;
            if (scores._drops)
                scores.Drop(chunk, scores._direction.Outputs(chunk), scores._dropped.Pointer, begin, end);
            var (stride, width) = (scores.Stride, scores.ScoreStride);
            scores._direction.Device.Matrix.Multiply(end - begin, stride, scores.Outputs(chunk) + (nint)begin * stride, stride, 1, scores._scoreWeights, 0, 0, width,
                null, 0, scores._scores.Pointer + (nint)(chunk.FlatStart + begin) * width, width);
        }
    }

    private readonly struct OutputGradientJob(DirectionScores scores, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = scores.Team.Share(chunk.FlatRows, 4, worker);
            if (begin == end)
                return;
            var gradient = scores._direction.OutputGradient;
            var (stride, width) = (scores.Stride, scores.ScoreStride);
            scores._direction.Device.Matrix.Multiply(end - begin, scores._output.Outcomes, scores._scores.Pointer + (nint)(chunk.FlatStart + begin) * width, width, 1,
                scores._outputWeights, 0, 0, stride, null, 0, gradient + (nint)begin * stride, stride);
            if (!scores._drops)
                return;
            scores.Drop(chunk, gradient, gradient, begin, end);
            scores.Drop(chunk, scores._direction.Outputs(chunk), scores._dropped.Pointer, begin, end);
        }
    }

    private readonly struct WeightGradientJob(DirectionScores scores, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (weight, width) = (scores._output.Weight, scores.ScoreStride);
            var gradients = scores._scores.Pointer + (nint)chunk.FlatStart * width;
            var kernel = scores._direction.Device.Matrix;
            var (begin, end) = scores.Team.Share(scores.Stride, MatrixKernel.ColumnAlignment, worker);
            if (begin < end)
            {
                scores._packedOutputs.Pack(scores.Outputs(chunk), scores.Stride, begin / kernel.PanelWidth, end / kernel.PanelWidth);
                var target = weight.Gradient + scores._firstColumn + begin;
                kernel.Multiply(weight.Rows, chunk.FlatRows, gradients, 1, width, scores._packedOutputs, 0, begin, end - begin, target, weight.Stride, target, weight.Stride);
            }
            if (scores._firstColumn > 0)
                return;
            (begin, end) = scores.Team.Share(width, MatrixKernel.ColumnAlignment, worker);
            var bias = new Span<float>(scores._output.Bias.Gradient + begin, end - begin);
            for (var r = 0; r < chunk.FlatRows; r++)
                TensorPrimitives.Add(bias, new ReadOnlySpan<float>(gradients + (nint)r * width + begin, end - begin), bias);
        }
    }
}
