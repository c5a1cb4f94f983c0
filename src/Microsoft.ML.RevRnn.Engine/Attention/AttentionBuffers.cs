using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>What attention keeps of a chunk, and of a few of its steps.</summary>
internal sealed class AttentionBuffers : IDisposable
{
    private readonly AttentionShape _shape;
    private readonly NativeBuffer<float>[] _all;

    /// <param name="shape">What the translation is made of.</param>
    /// <param name="device">What multiplies, and whose account counts them.</param>
    public AttentionBuffers(AttentionShape shape, Device device)
    {
        _shape = shape;
        var meter = device.Memory;
        _all = [.. Enumerable.Range(0, 9).Select(_ => new NativeBuffer<float>(meter))];
        PackedJoined = new PackedMatrix(0, 0, device.Matrix, meter);
    }

    /// <summary>[flat rows, ContextStride]: the masked queries.</summary>
    public NativeBuffer<float> Queries => _all[0];

    /// <summary>[flat rows, JoinedStride]: context and the decoder's output after dropout, side by side.</summary>
    public NativeBuffer<float> Joined => _all[1];

    /// <summary>[flat rows, OutputStride].</summary>
    public NativeBuffer<float> Outputs => _all[2];

    /// <summary>[flat rows, OutputStride].</summary>
    public NativeBuffer<float> OutputGradients => _all[3];

    /// <summary>[flat rows, JoinedStride].</summary>
    public NativeBuffer<float> JoinedGradients => _all[4];

    /// <summary>[flat rows, ContextStride].</summary>
    public NativeBuffer<float> QueryGradients => _all[5];

    /// <summary>alpha of a piece: of each row [steps, S].</summary>
    public NativeBuffer<float> Weights => _all[6];

    /// <summary>The gradients by the scores of a piece.</summary>
    public NativeBuffer<float> ScoreGradients => _all[7];

    /// <summary>[workers, EmbeddingStride], for steps that are done one at a time.</summary>
    public NativeBuffer<float> Vectors => _all[8];

    /// <summary><see cref="Joined"/> as right factor of weight gradients.</summary>
    public PackedMatrix PackedJoined { get; }

    /// <summary>Bytes of what a chunk takes in training.</summary>
    public static long ChunkBytes(AttentionShape shape, int flatRows)
        => sizeof(float) * (long)flatRows * (2 * shape.ContextStride + 2 * shape.JoinedStride + 2 * shape.OutputStride + PackedMatrix.RoundUp(shape.JoinedStride));

    public void PreparePieces(long weights, bool training)
    {
        Weights.EnsureLength(weights);
        if (training)
            ScoreGradients.EnsureLength(weights);
    }

    /// <summary>Makes room for a vector of each worker.</summary>
    public void PrepareVectors(int workers) => Vectors.EnsureLength((long)workers * _shape.EmbeddingStride);

    public void PrepareForward(int flatRows)
    {
        Queries.EnsureLength((long)flatRows * _shape.ContextStride);
        Joined.EnsureLength((long)flatRows * _shape.JoinedStride);
        Outputs.EnsureLength((long)flatRows * _shape.OutputStride);
    }

    public void PrepareBackward(int flatRows)
    {
        OutputGradients.EnsureLength((long)flatRows * _shape.OutputStride);
        JoinedGradients.EnsureLength((long)flatRows * _shape.JoinedStride);
        QueryGradients.EnsureLength((long)flatRows * _shape.ContextStride);
        PackedJoined.Resize(flatRows, _shape.JoinedStride);
    }

    /// <summary>Frees what grows with the sources.</summary>
    public void Release()
    {
        Weights.Release();
        ScoreGradients.Release();
    }

    public void Dispose()
    {
        foreach (var buffer in _all)
            buffer.Dispose();
        PackedJoined.Dispose();
    }
}
