using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>Outcomes of whole sequences: pooling of the outputs over time, dropout, a linear map, what else is added to the scores, a loss.</summary>
internal sealed unsafe class PooledHead : ISequenceHead
{
    private readonly LinearParameters _output;
    private readonly ISequenceEncoder _encoder;
    private readonly WorkerTeam _team;
    private readonly Pooling _pooling;
    private readonly Loss? _loss;
    private readonly Dropout? _dropout;
    private readonly ScoreAddend[] _addends;
    private readonly NativeBuffer<float> _outcomes;
    private PackedBatch _batch = new();
    private ulong _seed;
    private bool _isTraining;
    private float _heaviest;

    /// <param name="parameters">The pooling's and the linear map's weights.</param>
    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="loss">Makes probabilities of scores, and tells what they should be; null to leave scores as they are.</param>
    /// <param name="dropout">Rate of the pooled outputs' dropout.</param>
    /// <param name="addends">What else is added to the scores; the head's own from now on.</param>
    public PooledHead(NetworkParameters parameters, ISequenceEncoder encoder, Loss? loss, float dropout = 0, params ScoreAddend[] addends)
        : this(parameters.Output, encoder, Pooling.Create(parameters.Encoder.Shape, parameters.Attention, encoder.Device), loss, dropout, addends)
    {
    }

    /// <param name="output">The linear map's weights.</param>
    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="pooling">Pools them; the head's own from now on.</param>
    /// <param name="loss">Makes probabilities of scores, and tells what they should be; null to leave scores as they are.</param>
    /// <param name="dropout">Rate of the pooled outputs' dropout.</param>
    /// <param name="addends">What else is added to the scores; the head's own from now on.</param>
    public PooledHead(LinearParameters output, ISequenceEncoder encoder, Pooling pooling, Loss? loss, float dropout, ScoreAddend[] addends)
    {
        _output = output;
        _encoder = encoder;
        _team = encoder.Device.Team;
        _pooling = pooling;
        _loss = loss;
        _dropout = dropout > 0 ? Dropout.For(encoder.Device.Width, dropout) : null;
        _addends = addends;
        _outcomes = new NativeBuffer<float>(encoder.Device.Memory);
    }

    public BatchResult Result { get; private set; }

    public float LossScale => _heaviest * Scale;

    /// <summary>Is told what is decided for; null for nobody.</summary>
    public ClassCounts? Counts { get; init; }

    /// <summary>Whether the gradients by the head's own weights are wanted; else only that by the outputs, and weights need no room for theirs.</summary>
    public bool LearnsWeights { get; init; } = true;

    /// <summary>The factor in the batch's loss of that of a row that weighs 1.</summary>
    private float Scale => 1f / (float)Result.Weight;

    /// <summary>Outcomes of a row: scores after <see cref="FinishForward"/>, made probabilities of if there is a loss.</summary>
    public Span<float> Outcomes(int row) => new(_outcomes.Pointer + (nint)row * _output.Outcomes, _output.Outcomes);

    public void PackWeights(bool forTraining, ulong seed)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _batch = batch;
        _isTraining = training;
        _seed = seed;
        _pooling.Begin(batch);
        foreach (var addend in _addends)
            addend.Begin(batch);
        _outcomes.EnsureLength((long)batch.RowCount * _output.Outcomes);
        Result = default;
        _heaviest = 0;
    }

    public void Forward(in Chunk chunk) => _team.Run(new PoolJob(this, chunk));

    public void FinishForward()
    {
        _pooling.Finish();
        _team.Run(new ScoreJob(this));
        if (_loss == null)
            return;
        for (var row = 0; row < _batch.RowCount; row++)
        {
            var sequence = _batch.SequenceOfRow(row);
            var weight = _loss.Weight(sequence);
            Result += _loss.Score(Outcomes(row), sequence).Weighted(weight);
            _heaviest = Math.Max(_heaviest, weight);
            if (Counts != null)
                _loss.Count(Outcomes(row), sequence, Counts);
        }
    }

    public void BeginBackward()
    {
        for (var row = 0; row < _batch.RowCount; row++)
        {
            var gradient = Outcomes(row);
            var sequence = _batch.SequenceOfRow(row);
            _loss!.Gradient(gradient, sequence);
            TensorPrimitives.Multiply(gradient, _loss.Weight(sequence) * Scale, gradient);
        }
        if (LearnsWeights)
            _team.Run(new WeightGradientJob(this));
        _pooling.BeginBackward();
        _team.Run(new PooledGradientJob(this));
    }

    public void Backward(in Chunk chunk) => _team.Run(new UnpoolJob(this, chunk));

    public void FinishBackward()
    {
        if (LearnsWeights)
            _pooling.FinishBackward();
    }

    public void Dispose()
    {
        _pooling.Dispose();
        _outcomes.Dispose();
        foreach (var addend in _addends)
            addend.Dispose();
    }

    private Span<float> Weights(float* matrix, int outcome, int part) =>
        new(matrix + (nint)outcome * _output.Weight.Stride + part * _pooling.Stride, _pooling.Stride);

    private void DropPooled(int row)
    {
        if (_dropout == null || !_isTraining)
            return;
        for (var part = 0; part < _pooling.Parts; part++)
        {
            fixed (float* pooled = _pooling.Pooled(row, part))
                _dropout.Apply(pooled, pooled, _pooling.Stride, CounterRandom.Key(_seed, RandomUse.PooledDropout, (ulong)(_pooling.Parts * row + part)));
        }
    }

    private void ScoreRow(int row)
    {
        DropPooled(row);
        var scores = Outcomes(row);
        for (var c = 0; c < scores.Length; c++)
        {
            scores[c] = _output.Bias.Value[c];
            for (var part = 0; part < _pooling.Parts; part++)
                scores[c] += RowMath.Dot(_pooling.Pooled(row, part), Weights(_output.Weight.Value, c, part));
        }
        foreach (var addend in _addends)
            addend.AddTo(scores, row);
        _loss?.Activate(scores);
    }

    private void AddWeightGradient(int outcome)
    {
        for (var row = 0; row < _batch.RowCount; row++)
        {
            var d = Outcomes(row)[outcome];
            for (var part = 0; part < _pooling.Parts; part++)
            {
                var gradient = Weights(_output.Weight.Gradient, outcome, part);
                TensorPrimitives.MultiplyAdd(_pooling.Pooled(row, part), d, gradient, gradient);
            }
            foreach (var addend in _addends)
                addend.AddGradient(outcome, row, d);
            _output.Bias.Gradient[outcome] += d;
        }
    }

    private void WritePooledGradient(int row)
    {
        for (var part = 0; part < _pooling.Parts; part++)
        {
            var pooled = _pooling.Pooled(row, part);
            pooled.Clear();
            for (var c = 0; c < _output.Outcomes; c++)
                TensorPrimitives.MultiplyAdd(Weights(_output.Weight.Value, c, part), Outcomes(row)[c], pooled, pooled);
        }
        DropPooled(row);
    }

    private readonly struct PoolJob(PooledHead head, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head._team.Share(chunk.ActiveRows(0), LostBitStore.RowsPerBlock, worker);
            head._pooling.Forward(chunk, head._encoder.Outputs(chunk), begin, end);
        }
    }

    private readonly struct UnpoolJob(PooledHead head, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head._team.Share(chunk.ActiveRows(0), LostBitStore.RowsPerBlock, worker);
            head._pooling.Backward(chunk, head._encoder.Outputs(chunk), head._encoder.OutputGradient, begin, end);
        }
    }

    private readonly struct ScoreJob(PooledHead head) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head._team.Share(head._batch.RowCount, 1, worker);
            for (var row = begin; row < end; row++)
                head.ScoreRow(row);
        }
    }

    private readonly struct WeightGradientJob(PooledHead head) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head._team.Share(head._output.Outcomes, 1, worker);
            for (var outcome = begin; outcome < end; outcome++)
                head.AddWeightGradient(outcome);
        }
    }

    private readonly struct PooledGradientJob(PooledHead head) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = head._team.Share(head._batch.RowCount, 1, worker);
            for (var row = begin; row < end; row++)
                head.WritePooledGradient(row);
        }
    }
}
