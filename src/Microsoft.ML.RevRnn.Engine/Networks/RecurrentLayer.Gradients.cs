using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>Back over the steps of a chunk: gradients by gates and states, and what the gates forgot.</content>
internal sealed unsafe partial class RecurrentLayer
{
    /// <param name="rows">Of the batch.</param>
    /// <param name="lossScale">What gradients of a single prediction's loss have been multiplied by.</param>
    public void BeginBackward(int rows, float lossScale = 1)
    {
        Flow?.Begin(lossScale);
        Reach?.Begin(rows);
        foreach (var gradient in _stateGradients)
        {
            gradient.EnsureLength((long)rows * Shape.StateStride);
            gradient.Clear();
        }
        _scratch.EnsureLength((long)rows * Shape.HalfStride);
        _scratch.Clear();
        _innerGradient.EnsureLength((long)rows * Shape.InnerRow);
    }

    /// <summary>
    /// Gradients of steps of a chunk, after those of the steps behind them; outputGradient [flat rows, StateStride] is that of the layer's outputs. A row whose
    /// gradient by the states before the chunk is longer than <paramref name="longest"/> has it scaled down.
    /// </summary>
    public void Backward(in Chunk chunk, LayerRecord record, float* outputGradient, float longest, in ChunkPart part)
    {
        var (begin, end) = (part.Begin, part.End);
        var ofOutputs = _stateGradients[Shape.Spec.OutputState].Pointer;
        for (var s = part.EndStep - 1; s >= part.FirstStep; s--)
        {
            var active = Math.Min(end, chunk.ActiveRows(s));
            if (begin >= active)
                continue;
            var first = (nint)begin * Shape.StateStride;
            AddTo(ofOutputs + first, outputGradient + (nint)chunk.FlatRow(s) * Shape.StateStride + first, (active - begin) * Shape.StateStride);
            for (var b = begin; b < active && Reach != null; b++)
                Reach.Add(b, SquaresOfGradient(b));
            Flow?.Enter(chunk, s, ofOutputs, begin, active);
            _cell.Backward(Step(chunk, record, s), begin, active);
            Flow?.Leave(chunk, s, ofOutputs, begin, active);

            // The states that half 1 read, of the other half if there is one, side by side as the weight gradient wants them.
            var before = record.Hidden.Pointer + (nint)chunk.SlotBefore(s) * Shape.StateStride + (Shape.Halves - 1) * Shape.HalfStride;
            var target = _hiddenInputs.Pointer + (nint)chunk.FlatRow(s) * Shape.HalfStride;
            for (var b = begin; b < active; b++)
            {
                new ReadOnlySpan<float>(before + (nint)b * Shape.StateStride, Shape.HalfStride)
                    .CopyTo(new Span<float>(target + (nint)b * Shape.HalfStride, Shape.HalfStride));
            }
        }
        if (part.FirstStep > 0 || longest == float.PositiveInfinity)
            return;
        for (var b = begin; b < Math.Min(end, chunk.ActiveRows(0)); b++)
            ClipStateGradient(b, longest);
    }

    /// <summary>
    /// sum -log2 z over the forget gates of flat rows [begin, end), z as the multiplication used it: the least bits that exact reversal can do with.
    /// </summary>
    public double OptimalBits(LayerRecord record, int begin, int end)
    {
        const int Length = 256;
        var factors = stackalloc float[Length];
        var bits = 0.0;
        for (var r = begin; r < end; r++)
        {
            for (var half = 0; half < Shape.Halves; half++)
            {
                var gates = record.Gates.Pointer + (nint)r * Shape.GateRow + half * Shape.GateStride;
                foreach (var gate in Shape.Spec.ForgetGates)
                {
                    for (var u = 0; u < Shape.Half; u += Length)
                    {
                        _cell.ForgetFactors(gates + gate * Shape.BlockStride + u, factors, Math.Min(Length, Shape.BlockStride - u));
                        bits -= Log2OfProduct(new ReadOnlySpan<float>(factors, Math.Min(Length, Shape.Half - u)));
                    }
                }
            }
        }
        return bits;
    }

    /// <summary>The sum of the factors' logarithms. A factor is at least 2^-10, so products of 64 are within a double's range.</summary>
    private static double Log2OfProduct(ReadOnlySpan<float> factors)
    {
        var sum = 0.0;
        while (!factors.IsEmpty)
        {
            var part = factors[..Math.Min(64, factors.Length)];
            // Four chains: one would wait for each of its products.
            double a = 1, b = 1, c = 1, d = 1;
            var i = 0;
            for (; i + 4 <= part.Length; i += 4)
            {
                a *= part[i];
                b *= part[i + 1];
                c *= part[i + 2];
                d *= part[i + 3];
            }
            for (; i < part.Length; i++)
                a *= part[i];
            sum += HostMath.Log2(a * b * (c * d));
            factors = factors[part.Length..];
        }
        return sum;
    }

    /// <summary>|g|^2 of a row's gradient by all states.</summary>
    private float SquaresOfGradient(int row)
    {
        // The hidden state's halves one by one, every other state as a whole: the order of the sums decides over the result's last bits.
        var squares = 0f;
        for (var half = 0; half < Shape.Halves; half++)
            squares += RowMath.SumOfSquares(Gradient(CellSpec.HiddenState, row).Slice(half * Shape.HalfStride, Shape.HalfStride));
        for (var state = CellSpec.HiddenState + 1; state < _stateGradients.Length; state++)
            squares += RowMath.SumOfSquares(Gradient(state, row));
        return squares;
    }

    private void ClipStateGradient(int row, float longest)
    {
        var norm = MathF.Sqrt(SquaresOfGradient(row));
        if (norm <= longest)
            return;
        var factor = float.IsFinite(norm) ? longest / norm : 0;
        for (var state = 0; state < _stateGradients.Length; state++)
            Scale(Gradient(state, row), factor);
    }

    private Span<float> Gradient(int state, int row) => new(_stateGradients[state].Pointer + (nint)row * Shape.StateStride, Shape.StateStride);

    /// <summary>A factor of 0 clears, what is not finite too.</summary>
    private static void Scale(Span<float> gradient, float factor)
    {
        if (factor == 0)
            gradient.Clear();
        else
            TensorPrimitives.Multiply(gradient, factor, gradient);
    }
}
