using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// [mean ; max] of the outputs over time, dropout, a linear map to C classes, softmax, cross-entropy.
/// </summary>
internal sealed unsafe class ClassificationHead : IDisposable
{
    private const ulong PooledDropout = 1001;

    private readonly ClassifierParameters _parameters;
    private readonly RecurrentStack _stack;
    private readonly WorkerTeam _team;
    private readonly Dropout? _dropout;
    private readonly MeanMaxPooling _pooling;
    private readonly NativeBuffer<float> _probabilities;
    private readonly Action<int> _pool;
    private readonly Action<int> _classify;
    private readonly Action<int> _weightGradient;
    private readonly Action<int> _pooledGradient;
    private readonly Action<int> _unpool;
    private PackedBatch _batch = new();
    private Chunk _chunk;
    private ulong _dropoutSeed;
    private bool _training;

    public ClassificationHead(ClassifierParameters parameters, RecurrentStack stack, float dropout, WorkerTeam team, SimdWidth width)
    {
        _parameters = parameters;
        _stack = stack;
        _team = team;
        _dropout = dropout > 0 ? Dropout.For(width, dropout) : null;
        _pooling = MeanMaxPooling.For(width, stack.OutputStride, stack.Memory);
        _probabilities = new NativeBuffer<float>(stack.Memory);
        _pool = PoolShare;
        _classify = ClassifyShare;
        _weightGradient = WeightGradientShare;
        _pooledGradient = PooledGradientShare;
        _unpool = UnpoolShare;
    }

    private int ClassCount => _parameters.ClassCount;

    private int Stride => _pooling.Stride;

    public void Begin(PackedBatch batch, bool training, ulong dropoutSeed)
    {
        _batch = batch;
        _training = training;
        _dropoutSeed = dropoutSeed;
        _pooling.Begin(batch.RowCount);
        _probabilities.EnsureLength((long)batch.RowCount * ClassCount);
    }

    /// <summary>Takes in the outputs of the chunk the stack has just run.</summary>
    public void Forward(in Chunk chunk)
    {
        _chunk = chunk;
        _team.Run(_pool);
    }

    /// <summary>After the last chunk: the class probabilities of each row of the batch.</summary>
    public void Finish()
    {
        _pooling.Finish(_batch);
        _team.Run(_classify);
    }

    /// <summary>Probabilities [C] of a row.</summary>
    public ReadOnlySpan<float> Probabilities(int row) => Row(row);

    /// <summary>Cross-entropy of the batch; labels are by member of the batch.</summary>
    public BatchResult Score(ReadOnlySpan<int> labels)
    {
        var loss = 0.0;
        var correct = 0;
        for (var row = 0; row < _batch.RowCount; row++)
        {
            var label = labels[_batch.MemberOfRow(row)];
            var probabilities = Row(row);
            loss -= Math.Log(Math.Max(probabilities[label], float.Epsilon));
            if (TensorPrimitives.IndexOfMax<float>(probabilities) == label)
                correct++;
        }
        return new BatchResult(loss, _batch.RowCount, correct);
    }

    /// <summary>Gradient of the mean cross-entropy by the head's weights, and by the pooled values.</summary>
    public void BeginBackward(ReadOnlySpan<int> labels)
    {
        var scale = 1f / _batch.RowCount;
        for (var row = 0; row < _batch.RowCount; row++)
        {
            var gradient = Row(row);
            gradient[labels[_batch.MemberOfRow(row)]] -= 1;
            TensorPrimitives.Multiply(gradient, scale, gradient);
        }
        _team.Run(_weightGradient);
        _team.Run(_pooledGradient);
    }

    /// <summary>Writes the gradient by the outputs of a recovered chunk into the stack.</summary>
    public void Backward(in Chunk chunk)
    {
        _chunk = chunk;
        _team.Run(_unpool);
    }

    public void Dispose()
    {
        _pooling.Dispose();
        _probabilities.Dispose();
    }

    private Span<float> Row(int row) => new(_probabilities.Pointer + (nint)row * ClassCount, ClassCount);

    private Span<float> Mean(int row) => new(_pooling.Mean + (nint)row * Stride, Stride);

    private Span<float> Maximum(int row) => new(_pooling.Maximum + (nint)row * Stride, Stride);

    private Span<float> Weights(float* matrix, int outcome, int part) =>
        new(matrix + (nint)outcome * _parameters.Weight.Stride + part * Stride, Stride);

    private (int Begin, int End) RowShare(int worker) =>
        _team.Share(_chunk.ActiveRows(0), LostBitStore.RowsPerBlock, worker);

    private void PoolShare(int worker)
    {
        var (begin, end) = RowShare(worker);
        _pooling.Forward(_chunk, _stack.Outputs(_chunk), begin, end);
    }

    private void UnpoolShare(int worker)
    {
        var (begin, end) = RowShare(worker);
        _pooling.Backward(_chunk, _stack.OutputGradient, begin, end);
    }

    private void DropPooled(int row)
    {
        if (_dropout == null || !_training)
            return;
        fixed (float* mean = Mean(row), maximum = Maximum(row))
        {
            _dropout.Apply(mean, mean, Stride, CounterRandom.Key(_dropoutSeed, PooledDropout, 2 * (ulong)row));
            _dropout.Apply(maximum, maximum, Stride, CounterRandom.Key(_dropoutSeed, PooledDropout, 2 * (ulong)row + 1));
        }
    }

    private void ClassifyShare(int worker)
    {
        var (begin, end) = _team.Share(_batch.RowCount, 1, worker);
        for (var row = begin; row < end; row++)
        {
            DropPooled(row);
            var scores = Row(row);
            for (var c = 0; c < ClassCount; c++)
            {
                scores[c] = _parameters.Bias.Value[c]
                    + TensorPrimitives.Dot<float>(Mean(row), Weights(_parameters.Weight.Value, c, 0))
                    + TensorPrimitives.Dot<float>(Maximum(row), Weights(_parameters.Weight.Value, c, 1));
            }
            TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
            TensorPrimitives.Exp(scores, scores);
            TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
        }
    }

    private void WeightGradientShare(int worker)
    {
        var (begin, end) = _team.Share(ClassCount, 1, worker);
        for (var c = begin; c < end; c++)
        {
            var ofMean = Weights(_parameters.Weight.Gradient, c, 0);
            var ofMaximum = Weights(_parameters.Weight.Gradient, c, 1);
            for (var row = 0; row < _batch.RowCount; row++)
            {
                var d = Row(row)[c];
                TensorPrimitives.MultiplyAdd(Mean(row), d, ofMean, ofMean);
                TensorPrimitives.MultiplyAdd(Maximum(row), d, ofMaximum, ofMaximum);
                _parameters.Bias.Gradient[c] += d;
            }
        }
    }

    private void PooledGradientShare(int worker)
    {
        var (begin, end) = _team.Share(_batch.RowCount, 1, worker);
        for (var row = begin; row < end; row++)
        {
            var mean = Mean(row);
            var maximum = Maximum(row);
            mean.Clear();
            maximum.Clear();
            for (var c = 0; c < ClassCount; c++)
            {
                var d = Row(row)[c];
                TensorPrimitives.MultiplyAdd(Weights(_parameters.Weight.Value, c, 0), d, mean, mean);
                TensorPrimitives.MultiplyAdd(Weights(_parameters.Weight.Value, c, 1), d, maximum, maximum);
            }
            DropPooled(row);
        }
    }
}
