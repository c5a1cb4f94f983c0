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
    private readonly TokenSample _sample;
    private readonly PackedMatrix _scoreWeights;
    private readonly PackedMatrix _outputWeights;
    private readonly NativeBuffer<float> _weights;
    private readonly NativeBuffer<float> _bias;
    private readonly NativeBuffer<float> _weightGradients;
    private readonly NativeBuffer<float> _biasGradients;
    private readonly NativeBuffer<float> _scores;
    private readonly float[] _targetGradients;
    private int _scoreStride;

    /// <param name="output">The weights.</param>
    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    /// <param name="frequencies">How often each token occurs in the training data; one more is counted, so that every token can be drawn.</param>
    /// <param name="draws">Tokens drawn for a batch, with repetition.</param>
    public SampledTokenHead(LinearParameters output, ISequenceEncoder encoder, float dropout, ReadOnlySpan<long> frequencies, int draws)
        : base(output, encoder, NextTokenTargets.Instance, Math.Min(draws, frequencies.Length), dropout)
    {
        _sample = new TokenSample(frequencies, draws);
        _targetGradients = new float[PieceRows];
        _scoreWeights = new PackedMatrix(0, 0, Kernel);
        _outputWeights = new PackedMatrix(0, 0, Kernel);
        var rows = PackedMatrix.RoundUp(_sample.Capacity);
        _weights = new NativeBuffer<float>((long)rows * Stride);
        _weightGradients = new NativeBuffer<float>((long)rows * Stride);
        _bias = new NativeBuffer<float>(rows);
        _biasGradients = new NativeBuffer<float>(rows);
        _scores = new NativeBuffer<float>(encoder.Device.Memory);
    }

    public override void FinishBackward() => Team.Run(new ScatterJob(this));

    public override void Dispose()
    {
        base.Dispose();
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_scoreWeights, _outputWeights, _weights, _bias, _weightGradients, _biasGradients, _scores])
            owned.Dispose();
    }

    protected override void Pack(bool forTraining, ulong seed)
    {
        _sample.Draw(CounterRandom.Key(seed, RandomUse.SoftmaxSample));
        _scoreStride = PackedMatrix.RoundUp(_sample.Count);
        _scoreWeights.Resize(Stride, _sample.Count);
        _outputWeights.Resize(_sample.Count, Stride);
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
            var row = new Span<float>(_scores.Pointer + (nint)r * _scoreStride, _sample.Count);
            var target = Target(piece, r);
            var output = new ReadOnlySpan<float>(outputs + (nint)(r - begin) * Stride, Stride);
            var targetScore = RowMath.Dot(output, WeightsOf(target)) + Output.Bias.Value[target];
            if (_sample.SlotOf(target) is >= 0 and var slot)
                row[slot] = float.NegativeInfinity;
            var isBest = IsAbove(targetScore, row);
            var maximum = Math.Max(targetScore, TensorPrimitives.Max<float>(row));
            TensorPrimitives.Subtract(row, maximum, row);
            RowMath.Exp(row);
            var ofTarget = HostMath.ExpSingle(targetScore - maximum);
            var sum = ofTarget + RowMath.Sum(row);
            Results[r] = new BatchResult(HostMath.Log(sum) - (targetScore - maximum), 1, isBest ? 1 : 0);
            TensorPrimitives.Multiply(row, piece.Scale / sum, row);
            _targetGradients[r] = piece.Scale * (ofTarget / sum - 1);
            new Span<float>(_scores.Pointer + (nint)r * _scoreStride + _sample.Count, _scoreStride - _sample.Count).Clear();
        }
        Kernel.Multiply(end - begin, _sample.Count, scores, _scoreStride, 1, _outputWeights, 0, 0, Stride, null, 0, gradient, Stride);
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
            Kernel.Multiply(_sample.Count, piece.Rows, _scores.Pointer, 1, _scoreStride, PackedOutputs, 0, begin, end - begin,
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
            if (corrected[j] + _sample.LogInclusion[j] >= score)
                return false;
        }
        return true;
    }

    private ReadOnlySpan<float> WeightsOf(int token) => new(Output.Weight.Value + (nint)token * Output.Weight.Stride, Stride);

    /// <summary>Copies the drawn tokens' weights side by side.</summary>
    private readonly struct GatherJob(SampledTokenHead head) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head.Team.Share(head._sample.Count, 1, worker);
            for (var j = begin; j < end; j++)
            {
                head.WeightsOf(head._sample.Drawn[j]).CopyTo(new Span<float>(head._weights.Pointer + (nint)j * head.Stride, head.Stride));
                head._bias.Pointer[j] = head.Output.Bias.Value[head._sample.Drawn[j]] - head._sample.LogInclusion[j];
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
            var (begin, end) = head.Team.Share(head._sample.Count, 1, worker);
            for (var j = begin; j < end; j++)
            {
                var drawn = new Span<float>(head._weightGradients.Pointer + (nint)j * head.Stride, head.Stride);
                var gradient = new Span<float>(weight.Gradient + (nint)head._sample.Drawn[j] * weight.Stride, head.Stride);
                TensorPrimitives.Add(gradient, drawn, gradient);
                drawn.Clear();
                head.Output.Bias.Gradient[head._sample.Drawn[j]] += head._biasGradients.Pointer[j];
                head._biasGradients.Pointer[j] = 0;
            }
        }
    }
}
