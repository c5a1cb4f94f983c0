using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The contexts of a batch's rows at work: what states start from, what is added to the first layer's gates, and the gradients by the maps. R v is made once a sequence, and is the same
/// addend in the forward pass and in each recomputation; h_0 is rounded to the state's arithmetic once. So no activation strategy changes a bit.
/// </summary>
internal sealed unsafe class ContextPass : IDisposable
{
    private readonly ContextParameters _parameters;
    private readonly IReadOnlyList<float[]> _contexts;
    private readonly CellShape _first;
    private readonly bool _isFixedPoint;
    private readonly NativeBuffer<float> _addends;
    private readonly NativeBuffer<float> _sums;
    private readonly float[] _vector;
    private readonly int _stateValues;
    private float[][] _ofRows = [];
    private int _rows;

    /// <param name="parameters">The maps.</param>
    /// <param name="contexts">The context of each sequence, [C].</param>
    /// <param name="first">Shape of the first layer.</param>
    /// <param name="arithmetic">Of the states.</param>
    /// <param name="meter">Counts the buffers.</param>
    public ContextPass(ContextParameters parameters, IReadOnlyList<float[]> contexts, CellShape first, CellArithmetic arithmetic, MemoryMeter meter)
    {
        _parameters = parameters;
        _contexts = contexts;
        _first = first;
        _isFixedPoint = first.IsReversible && arithmetic != CellArithmetic.Unquantized;
        _addends = new NativeBuffer<float>(meter);
        _sums = new NativeBuffer<float>(meter);
        int[] strides = [0, .. parameters.Biases.SelectMany(layer => layer).Select(bias => bias.Stride)];
        _vector = new float[strides.Max()];
        _stateValues = strides.Sum();
    }

    /// <summary>Bytes of a row.</summary>
    public long BytesPerRow => sizeof(float) * ((_parameters.Input == null ? 0 : 2L * _first.GateRow) + 2L * _stateValues);

    /// <summary>Starts a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="start">Receives the states that its rows begin with; null where they begin with others.</param>
    public void Begin(PackedBatch batch, EncoderStates? start)
    {
        _rows = batch.RowCount;
        if (_ofRows.Length < _rows)
            _ofRows = new float[_rows][];
        for (var row = 0; row < _rows; row++)
            _ofRows[row] = _contexts[batch.SequenceOfRow(row)];
        if (_parameters.Input is { } input)
        {
            _addends.EnsureLength((long)_rows * _first.GateRow);
            for (var row = 0; row < _rows; row++)
            {
                var addend = Row(_addends, row);
                addend.Clear();
                AddProduct(_ofRows[row], input.Value, input.Stride, addend);
            }
        }
        if (start != null)
            WriteStates(start);
    }

    /// <summary>Adds R v to the gates of flat rows [begin, end) of a chunk.</summary>
    public void AddTo(in Chunk chunk, float* gates, int begin, int end)
    {
        if (_parameters.Input == null)
            return;
        for (var s = 0; s < chunk.Steps; s++)
        {
            var first = chunk.FlatRow(s);
            for (var r = Math.Max(begin, first); r < Math.Min(end, first + chunk.ActiveRows(s)); r++)
            {
                var target = new Span<float>(gates + (nint)r * _first.GateRow, _first.GateRow);
                TensorPrimitives.Add(target, Row(_addends, r - first), target);
            }
        }
    }

    /// <summary>Before a backward pass.</summary>
    public void BeginBackward()
    {
        if (_parameters.Input == null)
            return;
        _sums.EnsureLength((long)_rows * _first.GateRow);
        _sums.Clear();
    }

    /// <summary>Takes in the gradients by the gates of rows [begin, end) of a chunk's steps.</summary>
    public void Sum(in Chunk chunk, float* gates, int begin, int end)
    {
        if (_parameters.Input == null)
            return;
        for (var s = chunk.Steps - 1; s >= 0; s--)
        {
            for (var row = begin; row < Math.Min(end, chunk.ActiveRows(s)); row++)
            {
                var sum = Row(_sums, row);
                TensorPrimitives.Add(sum, new ReadOnlySpan<float>(gates + ((nint)chunk.FlatRow(s) + row) * _first.GateRow, _first.GateRow), sum);
            }
        }
    }

    /// <summary>After the backward pass: the gradients by the maps, row after row.</summary>
    /// <param name="start">The states that the rows began with, and the gradients by them, which become those before tanh; null where they began with others.</param>
    public void FinishBackward(EncoderStates? start)
    {
        for (var row = 0; row < _rows && _parameters.Input is { } input; row++)
        {
            ClearInputless(Row(_sums, row));
            AddOuterProduct(_ofRows[row], Row(_sums, row), input);
        }
        for (var layer = 0; layer < _parameters.States.Length && start != null; layer++)
        {
            for (var state = 0; state < _parameters.States[layer].Length; state++)
                AddStateGradients(start[layer], layer, state);
        }
    }

    /// <summary>The gradient by a row's context, [C], after <see cref="FinishBackward"/>.</summary>
    public float[] ContextGradient(EncoderStates? start, int row)
    {
        var gradient = new float[_parameters.Context.Size];
        for (var c = 0; c < gradient.Length; c++)
        {
            if (_parameters.Input is { } input)
                gradient[c] += RowMath.Dot(new ReadOnlySpan<float>(input.Value + (nint)c * input.Stride, input.Stride), Row(_sums, row));
            for (var layer = 0; layer < _parameters.States.Length && start != null; layer++)
            {
                for (var state = 0; state < _parameters.States[layer].Length; state++)
                {
                    var map = _parameters.States[layer][state];
                    gradient[c] += RowMath.Dot(
                        new ReadOnlySpan<float>(map.Value + (nint)c * map.Stride, map.Stride), start[layer].Gradients[state].Span.Slice(row * map.Stride, map.Stride));
                }
            }
        }
        return gradient;
    }

    public void Dispose()
    {
        _addends.Dispose();
        _sums.Dispose();
    }

    /// <summary>h_0 = tanh(S v + s), in the arithmetic of the states.</summary>
    private void WriteStates(EncoderStates start)
    {
        for (var layer = 0; layer < start.LayerCount; layer++)
        {
            start[layer].Rows = _rows;
            for (var state = 0; state < _parameters.States[layer].Length; state++)
            {
                var (map, bias) = (_parameters.States[layer][state], _parameters.Biases[layer][state]);
                var values = start[layer].Values[state];
                values.EnsureLength((long)_rows * map.Stride);
                for (var row = 0; row < _rows; row++)
                {
                    var vector = _vector.AsSpan(0, map.Stride);
                    bias.Values[..map.Stride].CopyTo(vector);
                    AddProduct(_ofRows[row], map.Value, map.Stride, vector);
                    var target = values.Span.Slice(row * map.Stride, map.Stride);
                    for (var unit = 0; unit < vector.Length; unit++)
                        target[unit] = State(HostMath.Tanh(vector[unit]));
                }
            }
        }
    }

    private void AddStateGradients(LayerStates start, int layer, int state)
    {
        var (map, bias) = (_parameters.States[layer][state], _parameters.Biases[layer][state]);
        for (var row = 0; row < _rows; row++)
        {
            var values = start.Values[state].Span.Slice(row * map.Stride, map.Stride);
            var gradient = start.Gradients[state].Span.Slice(row * map.Stride, map.Stride);
            for (var unit = 0; unit < gradient.Length; unit++)
            {
                var value = Value(values[unit]);
                gradient[unit] *= 1 - value * value;
            }
            AddOuterProduct(_ofRows[row], gradient, map);
            TensorPrimitives.Add(bias.Gradients[..map.Stride], gradient, bias.Gradients[..map.Stride]);
        }
    }

    private int State(double value) => _isFixedPoint ? (int)Math.Round(value * FixedPoint.StateOne) : BitConverter.SingleToInt32Bits((float)value);

    private float Value(int state) => _isFixedPoint ? (float)state / FixedPoint.StateOne : BitConverter.Int32BitsToSingle(state);

    private Span<float> Row(NativeBuffer<float> buffer, int row) => new(buffer.Pointer + (nint)row * _first.GateRow, _first.GateRow);

    /// <summary>Gates that do not read the input have no weights for the context either, and their places stay zero.</summary>
    private void ClearInputless(Span<float> gates)
    {
        for (var half = 0; half < _first.Halves; half++)
        {
            foreach (var gate in _first.Spec.InputlessGates)
                gates.Slice(half * _first.GateStride + gate * _first.BlockStride, _first.BlockStride).Clear();
        }
    }

    /// <summary>target += map^T v; most contexts are of a class, and have one value that is not zero.</summary>
    private static void AddProduct(float[] context, float* map, int stride, Span<float> target)
    {
        for (var c = 0; c < context.Length; c++)
        {
            if (context[c] != 0)
                TensorPrimitives.FusedMultiplyAdd(new ReadOnlySpan<float>(map + (nint)c * stride, stride), context[c], target, target);
        }
    }

    private static void AddOuterProduct(float[] context, ReadOnlySpan<float> gradient, Parameter map)
    {
        for (var c = 0; c < context.Length; c++)
        {
            var target = new Span<float>(map.Gradient + (nint)c * map.Stride, map.Stride);
            if (context[c] != 0)
                TensorPrimitives.FusedMultiplyAdd(gradient, context[c], target, target);
        }
    }
}
