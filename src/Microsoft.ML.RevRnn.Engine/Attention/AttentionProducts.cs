using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// Attention of some steps n of a row over the tokens of its source as products of matrices, one worker's: with contexts V [S, C] and queries Q [n, C] the scores V Q', weights their
/// softmax over S, contexts alpha V, and back. A block of tokens is read at a time, so nothing but weights grows with S. Each element is one chain of multiply-adds, so that neither
/// blocks nor the steps beside one change a bit.
/// </summary>
/// <remarks>Queries, contexts and gradients by them are masked by the caller, V is not.</remarks>
internal sealed unsafe class AttentionProducts : IDisposable
{
    /// <summary>Source tokens that are read at a time: whole tiles, and few enough for the processor's second cache.</summary>
    private const int Block = 48;

    private readonly AttentionShape _shape;
    private readonly SourceMemory _memory;
    private readonly MatrixKernel _kernel;
    private readonly NativeBuffer<float> _steps;
    private readonly NativeBuffer<float> _tokens;
    private readonly NativeBuffer<float> _products;
    private readonly NativeBuffer<float> _sums;
    private readonly PackedMatrix _packedSteps;
    private readonly PackedMatrix _packedTokens;

    public AttentionProducts(AttentionShape shape, SourceMemory memory, Device device)
    {
        _shape = shape;
        _memory = memory;
        _kernel = device.Matrix;
        _steps = new NativeBuffer<float>(device.Memory);
        _tokens = new NativeBuffer<float>(device.Memory);
        _products = new NativeBuffer<float>(device.Memory);
        _sums = new NativeBuffer<float>(device.Memory);
        _packedSteps = new PackedMatrix(0, 0, _kernel, device.Memory);
        _packedTokens = new PackedMatrix(0, 0, _kernel, device.Memory);
    }

    /// <summary>Bytes of a worker.</summary>
    /// <param name="shape">What the translation is made of.</param>
    /// <param name="steps">The most steps at a time.</param>
    public static long Bytes(AttentionShape shape, int steps)
    {
        long context = shape.ContextStride, columns = PackedMatrix.RoundUp(2 * steps);
        return sizeof(float) * (2 * steps * context + columns * context + 2 * Block * context + Block * columns + steps * context);
    }

    /// <summary>Makes room for so many steps at a time.</summary>
    public void Prepare(int steps)
    {
        var context = (long)_shape.ContextStride;
        _steps.EnsureLength(2 * steps * context);
        _tokens.EnsureLength(Block * context);
        _products.EnsureLength((long)Block * PackedMatrix.RoundUp(2 * steps));
        _sums.EnsureLength(steps * context);
        _packedSteps.Resize((int)context, 2 * steps);
        _packedTokens.Resize(Block, (int)context);
    }

    /// <summary>Writes alpha and contexts.</summary>
    public void Forward(int source, in AttentionSteps steps)
    {
        Compare(source, steps, withGradients: false);
        SumContexts(source, steps, steps.WeightsOfSteps);
        for (var i = 0; i < steps.Count; i++)
            Copy(_sums.Pointer + (nint)i * _shape.ContextStride, steps.Context(i), _shape.ContextStride);
    }

    /// <summary>
    /// Alpha anew, and from the gradients g by contexts those by the scores, alpha_s (g v_s - sum of alpha g v), and by the queries.
    /// </summary>
    public void Backward(int source, in AttentionSteps steps)
    {
        Compare(source, steps, withGradients: true);
        for (var i = 0; i < steps.Count; i++)
        {
            var weights = new ReadOnlySpan<float>(steps.Weights(i), steps.SourceLength);
            var gradients = new Span<float>(steps.ScoreGradients(i), steps.SourceLength);
            TensorPrimitives.Subtract(gradients, RowMath.Dot(weights, gradients), gradients);
            TensorPrimitives.Multiply(gradients, weights, gradients);
        }
        SumContexts(source, steps, steps.ScoreGradientsOfSteps);
        for (var i = 0; i < steps.Count; i++)
            Copy(_sums.Pointer + (nint)i * _shape.ContextStride, steps.QueryGradient(i), _shape.ContextStride);
    }

    /// <summary>Adds columns [begin, end) of the gradients by contexts, sums over the steps of alpha g + (d score) query, to those by the tokens' vectors and slices; after <see cref="Backward"/>.</summary>
    /// <param name="source">The source's row.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="begin">A multiple of <see cref="MatrixKernel.ColumnAlignment"/>.</param>
    /// <param name="end">The same, or C.</param>
    public void AddContextGradients(int source, in AttentionSteps steps, int begin, int end)
    {
        var (columns, stride) = (end - begin, _shape.ContextStride);
        Gather(steps, withGradients: true, begin, columns);
        _packedSteps.Resize(2 * steps.Count, columns);
        _packedSteps.Pack(_steps.Pointer, stride, 0, _packedSteps.PanelCount);
        var queries = steps.Count;
        for (var first = 0; first < steps.SourceLength; first += Block)
        {
            var rows = Math.Min(Block, steps.SourceLength - first);
            var gradients = _tokens.Pointer + begin;
            _kernel.Multiply(rows, queries, steps.WeightsOfSteps + first, 1, steps.SourceLength, _packedSteps, queries, 0, columns, null, 0, gradients, stride);
            _kernel.Multiply(rows, queries, steps.ScoreGradientsOfSteps + first, 1, steps.SourceLength, _packedSteps, 0, 0, columns, gradients, stride, gradients, stride);
            for (var s = 0; s < rows; s++)
                _memory.AddGradient(source, first + s, _tokens.Pointer + (nint)s * stride, begin, end);
        }
    }

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_steps, _tokens, _products, _sums, _packedSteps, _packedTokens])
            owned.Dispose();
    }

    /// <summary>Alpha of all steps, and the products g v.</summary>
    private void Compare(int source, in AttentionSteps steps, bool withGradients)
    {
        var (count, context) = (withGradients ? 2 * steps.Count : steps.Count, _shape.ContextStride);
        Gather(steps, withGradients, 0, context);
        _packedSteps.Resize(context, count);
        var panels = (count + _kernel.PanelWidth - 1) / _kernel.PanelWidth;
        _packedSteps.PackTransposed(_steps.Pointer, context, 0, panels);
        var stride = PackedMatrix.RoundUp(count);
        for (var first = 0; first < steps.SourceLength; first += Block)
        {
            var rows = Math.Min(Block, steps.SourceLength - first);
            for (var s = 0; s < rows; s++)
                _memory.Read(source, first + s, _tokens.Pointer + (nint)s * context);
            _kernel.Multiply(rows, context, _tokens.Pointer, context, 1, _packedSteps, 0, 0, panels * _kernel.PanelWidth, null, 0, _products.Pointer, stride);
            for (var i = 0; i < count; i++)
            {
                var target = (i < steps.Count ? steps.Weights(i) : steps.ScoreGradients(i - steps.Count)) + first;
                var product = _products.Pointer + i;
                for (var s = 0; s < rows; s++, product += stride)
                    target[s] = *product;
            }
        }
        for (var i = 0; i < steps.Count; i++)
            AttentionSweep.SoftMax(new Span<float>(steps.Weights(i), steps.SourceLength));
    }

    /// <summary>Sums of contexts, of each step by its factors [n, S].</summary>
    private void SumContexts(int source, in AttentionSteps steps, float* factors)
    {
        var context = _shape.ContextStride;
        for (var first = 0; first < steps.SourceLength; first += Block)
        {
            var rows = Math.Min(Block, steps.SourceLength - first);
            for (var s = 0; s < rows; s++)
                _memory.Read(source, first + s, _tokens.Pointer + (nint)s * context);
            _packedTokens.Resize(rows, context);
            _packedTokens.Pack(_tokens.Pointer, context, 0, _packedTokens.PanelCount);
            _kernel.Multiply(steps.Count, rows, factors + first, steps.SourceLength, 1, _packedTokens, 0, 0, context, first == 0 ? null : _sums.Pointer, context, _sums.Pointer, context);
        }
    }

    /// <summary>Columns of queries, and of gradients by contexts behind them, one after another.</summary>
    private void Gather(in AttentionSteps steps, bool withGradients, int first, int columns)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            Copy(steps.Query(i) + first, _steps.Pointer + (nint)i * _shape.ContextStride, columns);
            if (withGradients)
                Copy(steps.Context(i) + first, _steps.Pointer + (nint)(steps.Count + i) * _shape.ContextStride, columns);
        }
    }

    private static void Copy(float* source, float* target, int length) => new ReadOnlySpan<float>(source, length).CopyTo(new Span<float>(target, length));
}
