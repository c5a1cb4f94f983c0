using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Softmax over the target and a sample of the other tokens, for training with large vocabularies (importance sampling, Bengio and Senecal 2008). Of each
/// batch tokens are drawn in proportion to their frequency; token j, which is among them with probability pi_j, stands for 1 / pi_j tokens:
/// Z = exp(s_target) + sum of exp(s_j) / pi_j over the drawn tokens but the target, an unbiased estimate of the full sum (Horvitz and Thompson 1952).
/// </summary>
internal sealed unsafe class SampledTokenHead : TokenHead
{
    private const ulong SampleUse = 1003;

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
    private readonly Action<int> _gather;
    private readonly Action<int> _pack;
    private readonly Action<int> _scatter;
    private int _count;
    private int _scoreStride;

    /// <param name="parameters">The weights.</param>
    /// <param name="stack">Gives the outputs.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    /// <param name="frequencies">How often each token occurs in the training data; one more is counted, so that every token can be drawn.</param>
    /// <param name="draws">Tokens drawn for a batch, with repetition.</param>
    /// <param name="team">Workers.</param>
    /// <param name="width">Register width.</param>
    public SampledTokenHead(
        LanguageModelParameters parameters, RecurrentStack stack, float dropout, ReadOnlySpan<long> frequencies, int draws, WorkerTeam team, SimdWidth width)
        : base(parameters, stack, Math.Min(draws, frequencies.Length), dropout, team, width)
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
        _scores = new NativeBuffer<float>(stack.Memory);
        _gather = GatherShare;
        _pack = PackShare;
        _scatter = ScatterShare;
    }

    public override void FinishBackward() => Team.Run(_scatter);

    public override void Dispose()
    {
        base.Dispose();
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_scoreWeights, _outputWeights, _weights, _bias, _logInclusion, _weightGradients, _biasGradients, _scores])
            owned.Dispose();
    }

    protected override void Pack(ulong seed)
    {
        Draw(CounterRandom.Key(seed, SampleUse));
        _scoreStride = PackedMatrix.RoundUp(_count);
        _scoreWeights.Resize(Stride, _count);
        _outputWeights.Resize(_count, Stride);
        Team.Run(_gather);
        Team.Run(_pack);
    }

    protected override void PreparePieces() => _scores.EnsureLength((long)PieceRows * _scoreStride);

    protected override void ScoreShare(int worker)
    {
        var (begin, end) = Team.Share(Rows, 4, worker);
        if (begin == end)
            return;
        var weight = Parameters.Weight;
        var outputs = ReadOutputs(begin, end);
        var scores = _scores.Pointer + (nint)begin * _scoreStride;
        Kernel.Multiply(end - begin, Stride, outputs, Stride, 1, _scoreWeights, 0, 0, _scoreStride, _bias.Pointer, 0, scores, _scoreStride);
        for (var r = begin; r < end; r++)
        {
            var row = new Span<float>(_scores.Pointer + (nint)r * _scoreStride, _count);
            var target = Target(r);
            var output = new ReadOnlySpan<float>(outputs + (nint)(r - begin) * Stride, Stride);
            var targetScore = TensorPrimitives.Dot(output, new ReadOnlySpan<float>(weight.Value + (nint)target * weight.Stride, Stride))
                + Parameters.Bias.Value[target];
            if (_slotOf[target] >= 0)
                row[_slotOf[target]] = float.NegativeInfinity;
            var isBest = IsAbove(targetScore, row);
            var maximum = Math.Max(targetScore, TensorPrimitives.Max<float>(row));
            TensorPrimitives.Subtract(row, maximum, row);
            TensorPrimitives.Exp(row, row);
            var ofTarget = MathF.Exp(targetScore - maximum);
            var sum = ofTarget + TensorPrimitives.Sum<float>(row);
            Results[r] = new BatchResult(Math.Log(sum) - (targetScore - maximum), 1, isBest ? 1 : 0);
            TensorPrimitives.Multiply(row, Scale / sum, row);
            _targetGradients[r] = Scale * (ofTarget / sum - 1);
            new Span<float>(_scores.Pointer + (nint)r * _scoreStride + _count, _scoreStride - _count).Clear();
        }
        Kernel.Multiply(end - begin, _count, scores, _scoreStride, 1, _outputWeights, 0, 0, Stride, null, 0, OutputGradient(begin), Stride);
        for (var r = begin; r < end; r++)
        {
            var gradient = new Span<float>(OutputGradient(r), Stride);
            var ofTarget = new ReadOnlySpan<float>(weight.Value + (nint)Target(r) * weight.Stride, Stride);
            TensorPrimitives.FusedMultiplyAdd(ofTarget, _targetGradients[r], gradient, gradient);
        }
        ApplyDropoutToGradients(begin, end);
    }

    protected override void WeightGradientShare(int worker)
    {
        var weight = Parameters.Weight;
        var (begin, end) = Team.Share(Stride, MatrixKernel.ColumnAlignment, worker);
        if (begin < end)
        {
            PackedOutputs.Pack(PieceOutputs, Stride, begin / Kernel.PanelWidth, end / Kernel.PanelWidth);
            Kernel.Multiply(_count, Rows, _scores.Pointer, 1, _scoreStride, PackedOutputs, 0, begin, end - begin,
                _weightGradients.Pointer + begin, Stride, _weightGradients.Pointer + begin, Stride);
            for (var r = 0; r < Rows; r++)
            {
                var gradient = new Span<float>(weight.Gradient + (nint)Target(r) * weight.Stride + begin, end - begin);
                var output = new ReadOnlySpan<float>(PieceOutputs + (nint)r * Stride + begin, end - begin);
                TensorPrimitives.FusedMultiplyAdd(output, _targetGradients[r], gradient, gradient);
            }
        }
        (begin, end) = Team.Share(_scoreStride, MatrixKernel.ColumnAlignment, worker);
        var bias = new Span<float>(_biasGradients.Pointer + begin, end - begin);
        for (var r = 0; r < Rows; r++)
            TensorPrimitives.Add(bias, new ReadOnlySpan<float>(_scores.Pointer + (nint)r * _scoreStride + begin, end - begin), bias);
        for (var r = 0; r < Rows && worker == 0; r++)
            Parameters.Bias.Gradient[Target(r)] += _targetGradients[r];
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
            _logInclusion.Pointer[_count] = (float)Math.Log(InclusionProbability(token));
            _drawn[_count++] = token;
        }
    }

    /// <summary>1 - (1 - q)^draws.</summary>
    private double InclusionProbability(int token)
    {
        var probability = (_cumulative[token] - (token == 0 ? 0 : _cumulative[token - 1])) / _cumulative[^1];
        return 1 - Math.Exp(_draws * Math.Log(1 - probability));
    }

    private void GatherShare(int worker)
    {
        var weight = Parameters.Weight;
        var (begin, end) = Team.Share(_count, 1, worker);
        for (var j = begin; j < end; j++)
        {
            new ReadOnlySpan<float>(weight.Value + (nint)_drawn[j] * weight.Stride, Stride).CopyTo(new Span<float>(_weights.Pointer + (nint)j * Stride, Stride));
            _bias.Pointer[j] = Parameters.Bias.Value[_drawn[j]] - _logInclusion.Pointer[j];
        }
    }

    private void PackShare(int worker)
    {
        var (first, end) = Team.Share(_scoreWeights.PanelCount, 1, worker);
        _scoreWeights.PackTransposed(_weights.Pointer, Stride, first, end);
        (first, end) = Team.Share(_outputWeights.PanelCount, 1, worker);
        _outputWeights.Pack(_weights.Pointer, Stride, first, end);
    }

    /// <summary>Adds the drawn tokens' gradients to those of all, and clears them for the next batch.</summary>
    private void ScatterShare(int worker)
    {
        var weight = Parameters.Weight;
        var (begin, end) = Team.Share(_count, 1, worker);
        for (var j = begin; j < end; j++)
        {
            var drawn = new Span<float>(_weightGradients.Pointer + (nint)j * Stride, Stride);
            var gradient = new Span<float>(weight.Gradient + (nint)_drawn[j] * weight.Stride, Stride);
            TensorPrimitives.Add(gradient, drawn, gradient);
            drawn.Clear();
            Parameters.Bias.Gradient[_drawn[j]] += _biasGradients.Pointer[j];
            _biasGradients.Pointer[j] = 0;
        }
    }
}
