using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>A few steps of one row of a chunk: where what attention reads and writes of each of them lies.</summary>
internal readonly unsafe struct AttentionSteps
{
    /// <summary>The chunk.</summary>
    public required Chunk Chunk { get; init; }

    /// <summary>The decoder's row.</summary>
    public required int Row { get; init; }

    /// <summary>The first step, of the chunk.</summary>
    public required int First { get; init; }

    /// <summary>How many steps.</summary>
    public required int Count { get; init; }

    /// <summary>[flat rows, ContextStride]: masked queries of the chunk.</summary>
    public required float* Queries { get; init; }

    /// <summary>[flat rows, ContextStride]: the gradients by masked queries; null on the way forward.</summary>
    public float* QueryGradients { get; init; }

    /// <summary>[flat rows, JoinedStride], of which a context is the beginning: contexts on the way forward, on the way back the masked gradients by them.</summary>
    public required float* Contexts { get; init; }

    /// <summary>[count, S].</summary>
    public required float* WeightsOfSteps { get; init; }

    /// <summary>[count, S]; null on the way forward.</summary>
    public float* ScoreGradientsOfSteps { get; init; }

    /// <summary>S.</summary>
    public required int SourceLength { get; init; }

    /// <summary>Length of a row of <see cref="Queries"/>.</summary>
    public required int ContextStride { get; init; }

    /// <summary>Length of a row of <see cref="Contexts"/>.</summary>
    public required int JoinedStride { get; init; }

    public float* Query(int i) => Queries + Flat(i) * ContextStride;

    public float* QueryGradient(int i) => QueryGradients + Flat(i) * ContextStride;

    public float* Context(int i) => Contexts + Flat(i) * JoinedStride;

    /// <summary>alpha, [S].</summary>
    public float* Weights(int i) => WeightsOfSteps + (nint)i * SourceLength;

    /// <summary>[S].</summary>
    public float* ScoreGradients(int i) => ScoreGradientsOfSteps + (nint)i * SourceLength;

    /// <summary>The flat row of a step.</summary>
    private nint Flat(int i) => Chunk.FlatRow(First + i) + Row;
}
