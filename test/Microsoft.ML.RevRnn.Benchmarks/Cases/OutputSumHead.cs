using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The least of a head: its loss is sum(outputs * w) with fixed w.</summary>
internal sealed unsafe class OutputSumHead : ISequenceHead
{
    private readonly RecurrentStack _stack;
    private readonly NativeBuffer<float> _coefficients = new();
    private readonly int _coefficientRows;

    /// <param name="stack">Gives the outputs.</param>
    /// <param name="coefficientRows">Rows of w; it repeats itself beyond.</param>
    /// <param name="random">What w is drawn from.</param>
    public OutputSumHead(RecurrentStack stack, int coefficientRows, Random random)
    {
        _stack = stack;
        _coefficientRows = coefficientRows;
        _coefficients.EnsureLength((long)coefficientRows * stack.OutputStride);
        for (var row = 0; row < coefficientRows; row++)
        {
            foreach (var column in stack.OutputColumns)
                _coefficients.Pointer[(nint)row * stack.OutputStride + column] = random.NextSingle() - 0.5f;
        }
    }

    public BatchResult Result { get; private set; }

    public float LossScale => 1;

    /// <summary>Bits in the lost-bit stores after the last forward pass.</summary>
    public long LostBits { get; private set; }

    public void PackWeights(bool forTraining, ulong seed)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed) => Result = default;

    public void Forward(in Chunk chunk)
    {
        var outputs = _stack.Outputs(chunk);
        for (var row = 0; row < chunk.FlatRows;)
        {
            var coefficients = Coefficients(chunk, row, out var rows);
            var loss = TensorPrimitives.Dot(new ReadOnlySpan<float>(outputs + (nint)row * _stack.OutputStride, coefficients.Length), coefficients);
            Result += new BatchResult(loss, rows, 0);
            row += rows;
        }
    }

    public void FinishForward() => LostBits = _stack.LostBits;

    public void BeginBackward()
    {
    }

    public void Backward(in Chunk chunk)
    {
        for (var row = 0; row < chunk.FlatRows;)
        {
            var coefficients = Coefficients(chunk, row, out var rows);
            coefficients.CopyTo(new Span<float>(_stack.OutputGradient + (nint)row * _stack.OutputStride, coefficients.Length));
            row += rows;
        }
    }

    public void FinishBackward()
    {
    }

    public void Dispose() => _coefficients.Dispose();

    /// <summary>w of the chunk's flat rows from <paramref name="row"/> on, as far as they lie side by side.</summary>
    private ReadOnlySpan<float> Coefficients(in Chunk chunk, int row, out int rows)
    {
        var first = (int)((chunk.FlatStart + row) % _coefficientRows);
        rows = Math.Min(chunk.FlatRows - row, _coefficientRows - first);
        return new ReadOnlySpan<float>(_coefficients.Pointer + (nint)first * _stack.OutputStride, rows * _stack.OutputStride);
    }
}
