using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// Softmax over the target and a sample of the other tokens, for training with large vocabularies (importance sampling, Bengio and Senecal 2008). Of each
/// batch tokens are drawn in proportion to their frequency; token j, which is among them with probability pi_j, stands for 1 / pi_j tokens:
/// Z = exp(s_target) + sum of exp(s_j) / pi_j over the drawn tokens but the target, an unbiased estimate of the full sum (Horvitz and Thompson 1952).
/// </summary>
internal sealed unsafe class SampledTokenHead : TokenHead
{
    private readonly double[] _cumulative;
    private readonly int _draws;
    private readonly int[] _slotOf;
    private readonly int[] _drawn;
    private readonly PackedMatrix _scoreWeights;
    private readonly PackedMatrix _outputWeights;
    private readonly NativeBuffer<float> _weights;
    private readonly NativeBuffer<float> _bias;
    private readonly NativeBuffer<float> _logInclusion;
    private readonly NativeBuffer<float> _weightGradients;
    private readonly NativeBuffer<float> _biasGradients;
    private readonly NativeBuffer<float> _scores;
    private readonly float[] _targetGradients;
    private int _count;
    private int _scoreStride;

    /// <param name="output">The weights.</param>
    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    /// <param name="frequencies">How often each token occurs in the training data; one more is counted, so that every token can be drawn.</param>
    /// <param name="draws">Tokens drawn for a batch, with repetition.</param>
    public SampledTokenHead(LinearParameters output, ISequenceEncoder encoder, float dropout, ReadOnlySpan<long> frequencies, int draws)
        : base(output, encoder, NextTokenTargets.Instance, Math.Min(draws, frequencies.Length), dropout)
    {
        _draws = draws;
        _targetGradients = new float[PieceRows];
        _cumulative = new double[frequencies.Length];
        var sum = 0.0;
        for (var i = 0; i < frequencies.Length; i++)
            _cumulative[i] = sum += frequencies[i] + 1;
        _slotOf = new int[frequencies.Length];
        Array.Fill(_slotOf, -1);
        _drawn = new int[Math.Min(draws, frequencies.Length)];
        _scoreWeights = new PackedMatrix(0, 0, Kernel);
        _outputWeights = new PackedMatrix(0, 0, Kernel);
        var rows = PackedMatrix.RoundUp(_drawn.Length);
        _weights = new NativeBuffer<float>((long)rows * Stride);
        _weightGradients = new NativeBuffer<float>((long)rows * Stride);
        _bias = new NativeBuffer<float>(rows);
        _logInclusion = new NativeBuffer<float>(rows);
        _biasGradients = new NativeBuffer<float>(rows);
        _scores = new NativeBuffer<float>(encoder.Device.Memory);
    }

    public override void FinishBackward() => Team.Run(new ScatterJob(this));

    public override void Dispose()
    {
        base.Dispose();
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_scoreWeights, _outputWeights, _weights, _bias, _logInclusion, _weightGradients, _biasGradients, _scores])
            owned.Dispose();
    }

    protected override void Pack(bool forTraining, ulong seed)
    {
        Draw(CounterRandom.Key(seed, RandomUse.SoftmaxSample));
        _scoreStride = PackedMatrix.RoundUp(_count);
        _scoreWeights.Resize(Stride, _count);
        _outputWeights.Resize(_count, Stride);
        Team.Run(new GatherJob(this));
        Team.Run(new PackJob(this));
    }

    protected override void PreparePieces() => _scores.EnsureLength((long)PieceRows * _scoreStride);

    protected override void Score(in TokenPiece piece, float* outputs, float* gradient, int begin, int end)
    {
        var scores = _scores.Pointer + (nint)begin * _scoreStride;
        Kernel.Multiply(end - begin, Stride, outputs, Stride, 1, _scoreWeights, 0, 0, _scoreStride, _bias.Pointer, 0, scores, _scoreStride);
        for (var r = begin; r < end; r++)
        {
            var row = new Span<float>(_scores.Pointer + (nint)r * _scoreStride, _count);
            var target = Target(piece, r);
            var output = new ReadOnlySpan<float>(outputs + (nint)(r - begin) * Stride, Stride);
            var targetScore = RowMath.Dot(output, WeightsOf(target)) + Output.Bias.Value[target];
            if (_slotOf[target] >= 0)
                row[_slotOf[target]] = float.NegativeInfinity;
            var isBest = IsAbove(targetScore, row);
            var maximum = Math.Max(targetScore, TensorPrimitives.Max<float>(row));
            TensorPrimitives.Subtract(row, maximum, row);
            RowMath.Exp(row);
            var ofTarget = HostMath.ExpSingle(targetScore - maximum);
            var sum = ofTarget + RowMath.Sum(row);
            Results[r] = new BatchResult(HostMath.Log(sum) - (targetScore - maximum), 1, isBest ? 1 : 0);
            TensorPrimitives.Multiply(row, piece.Scale / sum, row);
            _targetGradients[r] = piece.Scale * (ofTarget / sum - 1);
            new Span<float>(_scores.Pointer + (nint)r * _scoreStride + _count, _scoreStride - _count).Clear();
        }
        Kernel.Multiply(end - begin, _count, scores, _scoreStride, 1, _outputWeights, 0, 0, Stride, null, 0, gradient, Stride);
        for (var r = begin; r < end; r++)
        {
            var ofRow = new Span<float>(gradient + (nint)(r - begin) * Stride, Stride);
            TensorPrimitives.FusedMultiplyAdd(WeightsOf(Target(piece, r)), _targetGradients[r], ofRow, ofRow);
        }
    }

    protected override void AddWeightGradient(in TokenPiece piece, float* outputs, int worker)
    {
        var weight = Output.Weight;
        var (begin, end) = Team.Share(Stride, MatrixKernel.ColumnAlignment, worker);
        if (begin < end)
        {
            PackedOutputs.Pack(outputs, Stride, begin / Kernel.PanelWidth, end / Kernel.PanelWidth);
            Kernel.Multiply(_count, piece.Rows, _scores.Pointer, 1, _scoreStride, PackedOutputs, 0, begin, end - begin,
                _weightGradients.Pointer + begin, Stride, _weightGradients.Pointer + begin, Stride);
            for (var r = 0; r < piece.Rows; r++)
            {
                var gradient = new Span<float>(weight.Gradient + (nint)Target(piece, r) * weight.Stride + begin, end - begin);
                var output = new ReadOnlySpan<float>(outputs + (nint)r * Stride + begin, end - begin);
                TensorPrimitives.FusedMultiplyAdd(output, _targetGradients[r], gradient, gradient);
            }
        }
        (begin, end) = Team.Share(_scoreStride, MatrixKernel.ColumnAlignment, worker);
        var bias = new Span<float>(_biasGradients.Pointer + begin, end - begin);
        for (var r = 0; r < piece.Rows; r++)
            TensorPrimitives.Add(bias, new ReadOnlySpan<float>(_scores.Pointer + (nint)r * _scoreStride + begin, end - begin), bias);
        for (var r = 0; r < piece.Rows && worker == 0; r++)
            Output.Bias.Gradient[Target(piece, r)] += _targetGradients[r];
    }

    /// <summary>Whether a score is above those of all drawn tokens.</summary>
    private bool IsAbove(float score, ReadOnlySpan<float> corrected)
    {
        for (var j = 0; j < corrected.Length; j++)
        {
            if (corrected[j] + _logInclusion.Pointer[j] >= score)
                return false;
        }
        return true;
    }

    /// <summary>Draws a batch's tokens.</summary>
    private void Draw(ulong key)
    {
        foreach (var token in _drawn.AsSpan(0, _count))
            _slotOf[token] = -1;
        _count = 0;
        var sum = _cumulative[^1];
        for (var i = 0; i < _draws; i++)
        {
            var at = (CounterRandom.Mix(key + (ulong)i) >> 11) * (1.0 / (1L << 53)) * sum;
            var token = Array.BinarySearch(_cumulative, at);
            // A token's interval is open at its end.
            token = token >= 0 ? token + 1 : ~token;
            if (_slotOf[token] >= 0)
                continue;
            _slotOf[token] = _count;
            _logInclusion.Pointer[_count] = (float)HostMath.Log(InclusionProbability(token));
            _drawn[_count++] = token;
        }
    }

    /// <summary>1 - (1 - q)^draws.</summary>
    private double InclusionProbability(int token)
    {
        var probability = (_cumulative[token] - (token == 0 ? 0 : _cumulative[token - 1])) / _cumulative[^1];
        return 1 - HostMath.Exp(_draws * HostMath.Log(1 - probability));
    }

    private ReadOnlySpan<float> WeightsOf(int token) => new(Output.Weight.Value + (nint)token * Output.Weight.Stride, Stride);

    /// <summary>Copies the drawn tokens' weights side by side.</summary>
    private readonly struct GatherJob(SampledTokenHead head) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head.Team.Share(head._count, 1, worker);
            for (var j = begin; j < end; j++)
            {
                head.WeightsOf(head._drawn[j]).CopyTo(new Span<float>(head._weights.Pointer + (nint)j * head.Stride, head.Stride));
                head._bias.Pointer[j] = head.Output.Bias.Value[head._drawn[j]] - head._logInclusion.Pointer[j];
            }
        }
    }

    private readonly struct PackJob(SampledTokenHead head) : IJob
    {
        public void Run(int worker)
        {
            var (first, end) = head.Team.Share(head._scoreWeights.PanelCount, 1, worker);
            head._scoreWeights.PackTransposed(head._weights.Pointer, head.Stride, first, end);
            (first, end) = head.Team.Share(head._outputWeights.PanelCount, 1, worker);
            head._outputWeights.Pack(head._weights.Pointer, head.Stride, first, end);
        }
    }

    /// <summary>Adds the drawn tokens' gradients to those of all, and clears them for the next batch.</summary>
    private readonly struct ScatterJob(SampledTokenHead head) : IJob
    {
        public void Run(int worker)
        {
            var weight = head.Output.Weight;
            var (begin, end) = head.Team.Share(head._count, 1, worker);
            for (var j = begin; j < end; j++)
            {
                var drawn = new Span<float>(head._weightGradients.Pointer + (nint)j * head.Stride, head.Stride);
                var gradient = new Span<float>(weight.Gradient + (nint)head._drawn[j] * weight.Stride, head.Stride);
                TensorPrimitives.Add(gradient, drawn, gradient);
                drawn.Clear();
                head.Output.Bias.Gradient[head._drawn[j]] += head._biasGradients.Pointer[j];
                head._biasGradients.Pointer[j] = 0;
            }
        }
    }
}
