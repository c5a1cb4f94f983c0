using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// Pooling over time on a device, a chunk at once; the pooled vectors are read on the processor, and the gradient by them is written there.
/// </summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="parts">Vectors of a row.</param>
internal abstract unsafe class TorchPooling(ITorchEncoder encoder, int parts) : Pooling(encoder.OutputStride)
{
    private readonly TorchBuffer?[] _vectors = new TorchBuffer?[parts];
    private float[] _pooled = [];
    private bool _isGradientThere;

    public override int Parts => parts;

    protected ITorchEncoder Encoder => encoder;

    protected TorchDevice Device => encoder.Torch;

    protected TorchBatch Batch => encoder.Batch;

    protected int RowCount => Batch.Packed.RowCount;

    public static Pooling Create(ITorchEncoder encoder, NetworkParameters network, TorchParameters parameters) => network.Encoder.Shape.Options.Pooling switch
    {
        PoolingKind.MeanMax => new TorchMeanMaxPooling(encoder, usesMean: true, usesMaximum: true),
        PoolingKind.Mean => new TorchMeanMaxPooling(encoder, usesMean: true, usesMaximum: false),
        PoolingKind.Max => new TorchMeanMaxPooling(encoder, usesMean: false, usesMaximum: true),
        PoolingKind.Last => new TorchLastPooling(encoder),
        PoolingKind.MeanMaxLast => new ConcatPooling(new TorchMeanMaxPooling(encoder, usesMean: true, usesMaximum: true), new TorchLastPooling(encoder, adds: true)),
        PoolingKind.Attention => new TorchAttentionPooling(encoder, parameters[network.Attention!], network.Encoder.Shape),
        var kind => throw new ArgumentOutOfRangeException(nameof(network), kind, "Unknown pooling."),
    };

    /// <summary>Bytes that a pooling takes at the most.</summary>
    /// <param name="rows">Most rows of a batch.</param>
    /// <param name="chunkRows">Most flat rows of a chunk.</param>
    /// <param name="stride">Length of a row of outputs.</param>
    public static long Bytes(int rows, int chunkRows, int stride)
        => PaddedBytes(1, chunkRows, stride) + (3L * stride + 8) * rows * sizeof(float) + (long)rows * sizeof(long);

    public override Span<float> Pooled(int row, int part) => _pooled.AsSpan((part * RowCount + row) * Stride, Stride);

    public override void Begin(PackedBatch batch)
    {
        Release();
        for (var part = 0; part < parts; part++)
            _vectors[part] = Device.Rows(batch.RowCount, Stride);
        if (_pooled.Length < parts * batch.RowCount * Stride)
            _pooled = new float[parts * batch.RowCount * Stride];
        Begin();
    }

    public override void Forward(in Chunk chunk, float* outputs, int begin, int end)
    {
        using var scope = NewDisposeScope();
        using var counted = Device.Counted(PaddedBytes(chunk));
        Take(chunk, encoder.OutputsOf(chunk));
    }

    public override void Finish()
    {
        using (NewDisposeScope())
            Complete();
        for (var part = 0; part < parts; part++)
            _vectors[part]!.Download(_pooled.AsSpan(part * RowCount * Stride, RowCount * Stride));
    }

    public override void BeginBackward() => _isGradientThere = false;

    public override void Backward(in Chunk chunk, float* outputs, float* outputGradient, int begin, int end)
    {
        using var scope = NewDisposeScope();
        using var counted = Device.Counted(PaddedBytes(chunk));
        if (!_isGradientThere)
        {
            for (var part = 0; part < parts; part++)
                _vectors[part]!.Upload<float>(_pooled.AsSpan(part * RowCount * Stride, RowCount * Stride));
            _isGradientThere = true;
            PrepareBackward();
        }
        Return(chunk, encoder.OutputsOf(chunk), encoder.OutputGradientOf(chunk));
    }

    public override void Dispose() => Release();

    /// <summary>[B, Stride]: what is pooled, then the gradient by it.</summary>
    protected Tensor Vectors(int part) => _vectors[part]!.Tensor;

    /// <summary>Starts a batch.</summary>
    protected abstract void Begin();

    /// <summary>Takes in the outputs of a chunk.</summary>
    protected abstract void Take(in Chunk chunk, Tensor outputs);

    /// <summary>After the last chunk.</summary>
    protected virtual void Complete()
    {
    }

    /// <summary>When the gradient by the vectors is there.</summary>
    protected virtual void PrepareBackward()
    {
    }

    /// <summary>Writes the gradient by a chunk's outputs.</summary>
    protected abstract void Return(in Chunk chunk, Tensor outputs, Tensor gradient);

    /// <summary>Gives back what the batch took.</summary>
    protected virtual void Release()
    {
        foreach (var vectors in _vectors)
            vectors?.Dispose();
        Array.Clear(_vectors);
    }

    /// <summary>[steps, rows, columns] of flat rows, and <paramref name="fill"/> where a row has ended.</summary>
    protected Tensor Padded(in Chunk chunk, Tensor values, float fill)
    {
        var (rows, columns) = (chunk.ActiveRows(0), values.shape[1]);
        var places = (Batch.StepsOf(chunk) - chunk.First) * rows + Batch.RowsOf(chunk);
        return full([(long)chunk.Steps * rows, columns], fill, values.dtype, values.device).index_copy_(0, places, values).view(chunk.Steps, rows, columns);
    }

    /// <summary>Each flat row's vector of its row of the batch.</summary>
    protected Tensor OfRows(in Chunk chunk, Tensor vectors) => vectors.index_select(0, Batch.RowsOf(chunk));

    /// <summary>What operations on a padded chunk take at the most.</summary>
    private long PaddedBytes(in Chunk chunk) => PaddedBytes(chunk.ActiveRows(0), chunk.Steps, Stride);

    /// <inheritdoc cref="PaddedBytes(in Chunk)"/>
    private static long PaddedBytes(int rows, int steps, int stride) => 4L * rows * steps * stride * sizeof(float);
}
