using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// Attention of a single step of a row, as translating needs it: weights alpha = softmax over s of query v_s, context c = sum of alpha_s v_s. A product of matrices would have but one
/// row (<see cref="AttentionProducts"/>). The context is masked by the caller, and so is the query.
/// </summary>
internal sealed unsafe class AttentionSweep(AttentionShape shape, SourceMemory memory)
{
    /// <summary>Writes alpha and c.</summary>
    /// <param name="row">The source's row.</param>
    /// <param name="query">[C, padded].</param>
    /// <param name="weights">Receives alpha, [S].</param>
    /// <param name="context">Receives c, [C, padded].</param>
    /// <param name="scratch">[E, padded].</param>
    public void Attend(int row, float* query, Span<float> weights, float* context, float* scratch)
    {
        var tokens = memory.Tokens(row);
        var slice = memory.Slices(row);
        for (var s = 0; s < tokens.Length; s++, slice += shape.SliceLength)
            weights[s] = Product(query, Vector(tokens.Slice(s, 1), scratch), slice);
        SoftMax(weights);
        new Span<float>(context, shape.ContextStride).Clear();
        slice = memory.Slices(row);
        for (var s = 0; s < tokens.Length; s++, slice += shape.SliceLength)
            Add(weights[s], Vector(tokens.Slice(s, 1), scratch), slice, context);
    }

    /// <summary>Scores to weights, in place.</summary>
    public static void SoftMax(Span<float> scores)
    {
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        RowMath.Exp(scores);
        TensorPrimitives.Multiply(scores, 1 / RowMath.Sum(scores), scores);
    }

    private float* Vector(ReadOnlySpan<int> token, float* scratch) => shape.HasEmbedding ? memory.Vector(token, scratch) : null;

    private float Product(float* query, float* vector, float* slice)
    {
        var product = 0f;
        if (vector != null)
            product = RowMath.Dot(new ReadOnlySpan<float>(query, shape.EmbeddingStride), new ReadOnlySpan<float>(vector, shape.EmbeddingStride));
        if (shape.SliceLength > 0)
            product += RowMath.Dot(new ReadOnlySpan<float>(query + shape.EmbeddingStride, shape.SliceLength), new ReadOnlySpan<float>(slice, shape.SliceLength));
        return product;
    }

    private void Add(float factor, float* vector, float* slice, float* target)
    {
        if (vector != null)
        {
            var sum = new Span<float>(target, shape.EmbeddingStride);
            TensorPrimitives.FusedMultiplyAdd(new ReadOnlySpan<float>(vector, sum.Length), factor, sum, sum);
        }
        if (shape.SliceLength > 0)
        {
            var sum = new Span<float>(target + shape.EmbeddingStride, shape.SliceLength);
            TensorPrimitives.FusedMultiplyAdd(new ReadOnlySpan<float>(slice, sum.Length), factor, sum, sum);
        }
    }
}
