using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// Attention of a row's steps over the tokens of its source, in a few steps at a time: weights alpha = softmax over s of query v_s, context c = sum of alpha_s v_s, and back. What is
/// read of a token serves all of the steps, and weights exist for these steps only. Queries, contexts and gradients by them are masked by the caller, contexts v_s are not.
/// </summary>
internal sealed unsafe class AttentionSweep(AttentionShape shape)
{
    /// <summary>The source.</summary>
    public required SourceMemory Memory { get; init; }

    /// <summary>Writes alpha, step after step.</summary>
    /// <param name="row">The source's row.</param>
    /// <param name="steps">Queries of the steps, and room for alpha.</param>
    /// <param name="scratch">[E, padded].</param>
    public void Weigh(int row, in AttentionSteps steps, float* scratch)
    {
        var length = Memory.Length(row);
        var tokens = Memory.Tokens(row);
        var slice = Memory.Slices(row);
        for (var s = 0; s < length; s++, slice += shape.SliceLength)
        {
            var vector = shape.HasEmbedding ? Memory.Vector(tokens.Slice(s, 1), scratch) : null;
            for (var i = 0; i < steps.Count; i++)
                steps.Weights(i)[s] = Product(steps.Query(i), vector, slice);
        }
        for (var i = 0; i < steps.Count; i++)
        {
            var weights = new Span<float>(steps.Weights(i), length);
            TensorPrimitives.Subtract(weights, TensorPrimitives.Max<float>(weights), weights);
            RowMath.Exp(weights);
            TensorPrimitives.Multiply(weights, 1 / RowMath.Sum(weights), weights);
        }
    }

    /// <summary>Writes c, from alpha.</summary>
    /// <inheritdoc cref="Weigh"/>
    public void Read(int row, in AttentionSteps steps, float* scratch)
    {
        var length = Memory.Length(row);
        var tokens = Memory.Tokens(row);
        var slice = Memory.Slices(row);
        for (var i = 0; i < steps.Count; i++)
            new Span<float>(steps.Context(i), shape.ContextStride).Clear();
        for (var s = 0; s < length; s++, slice += shape.SliceLength)
        {
            var vector = shape.HasEmbedding ? Memory.Vector(tokens.Slice(s, 1), scratch) : null;
            for (var i = 0; i < steps.Count; i++)
                Add(steps.Weights(i)[s], vector, slice, steps.Context(i));
        }
    }

    /// <summary>
    /// From the gradient g by c, in its place: d alpha_s = g v_s, that by the scores, alpha_s (d alpha_s - sum of alpha d alpha), that by the queries, and those by the slices.
    /// </summary>
    /// <inheritdoc cref="Weigh"/>
    public void Backward(int row, in AttentionSteps steps, float* scratch)
    {
        var length = Memory.Length(row);
        var tokens = Memory.Tokens(row);
        var slice = Memory.Slices(row);
        for (var s = 0; s < length; s++, slice += shape.SliceLength)
        {
            var vector = shape.HasEmbedding ? Memory.Vector(tokens.Slice(s, 1), scratch) : null;
            for (var i = 0; i < steps.Count; i++)
                steps.ScoreGradients(i)[s] = Product(steps.Context(i), vector, slice);
        }
        for (var i = 0; i < steps.Count; i++)
        {
            var weights = new ReadOnlySpan<float>(steps.Weights(i), length);
            var gradients = new Span<float>(steps.ScoreGradients(i), length);
            TensorPrimitives.Subtract(gradients, RowMath.Dot(weights, gradients), gradients);
            TensorPrimitives.Multiply(gradients, weights, gradients);
            new Span<float>(steps.QueryGradient(i), shape.ContextStride).Clear();
        }
        slice = Memory.Slices(row);
        var sliceGradient = Memory.SliceGradients(row);
        for (var s = 0; s < length; s++, slice += shape.SliceLength, sliceGradient += shape.SliceLength)
        {
            var vector = shape.HasEmbedding ? Memory.Vector(tokens.Slice(s, 1), scratch) : null;
            for (var i = 0; i < steps.Count; i++)
            {
                Add(steps.ScoreGradients(i)[s], vector, slice, steps.QueryGradient(i));
                if (shape.SliceLength > 0)
                    AddProducts(steps, i, s, shape.EmbeddingStride, sliceGradient, shape.SliceLength);
            }
        }
    }

    /// <summary>Adds a worker's columns of the gradients by the source's token vectors, after <see cref="Backward"/>.</summary>
    /// <param name="row">The source's row.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="scratch">[E, padded].</param>
    /// <param name="team">Who shares the columns.</param>
    /// <param name="worker">Whose columns.</param>
    public void AddVectorGradients(int row, in AttentionSteps steps, float* scratch, WorkerTeam team, int worker)
    {
        var (begin, end) = team.Share(shape.EmbeddingStride, LostBitLanes.Count, worker);
        if (begin == end)
            return;
        var tokens = Memory.Tokens(row);
        for (var s = 0; s < tokens.Length; s++)
        {
            new Span<float>(scratch + begin, end - begin).Clear();
            for (var i = 0; i < steps.Count; i++)
                AddProducts(steps, i, s, begin, scratch + begin, end - begin);
            Memory.AddGradient(tokens.Slice(s, 1), scratch, team, worker);
        }
    }

    /// <summary>target += alpha g + (d score) query, over some columns of a context.</summary>
    private static void AddProducts(in AttentionSteps steps, int i, int s, int column, float* target, int length)
    {
        var sum = new Span<float>(target, length);
        TensorPrimitives.FusedMultiplyAdd(new ReadOnlySpan<float>(steps.Context(i) + column, length), steps.Weights(i)[s], sum, sum);
        TensorPrimitives.FusedMultiplyAdd(new ReadOnlySpan<float>(steps.Query(i) + column, length), steps.ScoreGradients(i)[s], sum, sum);
    }

    private float Product(float* left, float* vector, float* slice)
    {
        var product = 0f;
        if (vector != null)
            product = RowMath.Dot(new ReadOnlySpan<float>(left, shape.EmbeddingStride), new ReadOnlySpan<float>(vector, shape.EmbeddingStride));
        if (shape.SliceLength > 0)
            product += RowMath.Dot(new ReadOnlySpan<float>(left + shape.EmbeddingStride, shape.SliceLength), new ReadOnlySpan<float>(slice, shape.SliceLength));
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
