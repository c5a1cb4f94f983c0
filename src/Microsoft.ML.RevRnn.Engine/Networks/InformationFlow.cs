using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// What keeps the gradient's length on its way back through a layer whose state is passed on by its weights, and by a constant leak if it has one (Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent
/// neural networks): Omega, see <see cref="InformationFlowForm"/>. Its gradient by U, from state to gates [H, H], is the immediate one, with states and g_t held: of a row and
/// step c v d^T, where d is the gradient by the gates, v = U d + alpha g with alpha the leak or 0, and c = 4 (q - 1) / |g|^2 with q = |v|^2 / |g|^2, or 2 (r - 1) / (|g| |v|) with r = |v| / |g|.
/// </summary>
internal sealed unsafe class InformationFlow : IDisposable
{
    private const double LeastSquare = 1e-20;

    private readonly CellShape _shape;
    private readonly Parameter _hidden;
    private readonly float _factor;
    private readonly InformationFlowForm _form;
    private readonly NativeBuffer<float> _gradient;
    // Of each row of a chunk: |g|^2, c v, and the row's part of Omega, negative where it does not count.
    private readonly NativeBuffer<float> _squares = new();
    private readonly NativeBuffer<float> _passed = new();
    private readonly NativeBuffer<double> _terms = new();
    private double _least;
    private double _omega;
    private double _counted;

    /// <param name="layer">The layer's weights.</param>
    /// <param name="factor">What Omega is multiplied by in the loss.</param>
    /// <param name="form">What it is.</param>
    public InformationFlow(LayerParameters layer, float factor, InformationFlowForm form)
    {
        (_shape, _hidden, _factor, _form) = (layer.Shape, layer.Hidden[0], factor, form);
        _gradient = new NativeBuffer<float>((long)_hidden.RowCapacity * _hidden.Stride);
    }

    /// <summary>Omega of the batch, after <see cref="Finish"/>.</summary>
    public double Omega => _form == InformationFlowForm.Norms ? _omega : _counted == 0 ? 0 : _omega / _counted;

    /// <summary>Before a batch is gone back over.</summary>
    /// <param name="lossScale">What the gradients of a single prediction's loss have been multiplied by: the least |g| that counts is one of that loss.</param>
    public void Begin(float lossScale)
    {
        _gradient.Clear();
        (_omega, _counted) = (0, 0);
        _least = _form == InformationFlowForm.Norms ? 0 : LeastSquare * lossScale * lossScale;
    }

    /// <summary>Makes room for a chunk.</summary>
    public void Prepare(in Chunk chunk)
    {
        _squares.EnsureLength(chunk.FlatRows);
        _terms.EnsureLength(chunk.FlatRows);
        _passed.EnsureLength((long)chunk.FlatRows * _shape.HalfStride);
    }

    /// <summary>Takes g of rows [begin, end) of a step.</summary>
    public void Enter(in Chunk chunk, int step, float* gradient, int begin, int end)
    {
        for (var b = begin; b < end; b++)
            _squares.Pointer[chunk.FlatRow(step) + b] = RowMath.SumOfSquares(new ReadOnlySpan<float>(gradient + (nint)b * _shape.StateStride, _shape.Half));
    }

    /// <summary>Takes v of the same rows, which stands where g did.</summary>
    public void Leave(in Chunk chunk, int step, float* gradient, int begin, int end)
    {
        var rows = chunk.ActiveRows(step);
        for (var b = begin; b < end; b++)
        {
            var flat = (nint)chunk.FlatRow(step) + b;
            var v = new ReadOnlySpan<float>(gradient + (nint)b * _shape.StateStride, _shape.HalfStride);
            var (term, c) = Term(_squares.Pointer[flat], RowMath.SumOfSquares(v));
            _terms.Pointer[flat] = term;
            TensorPrimitives.Multiply(v, (float)(c / rows), new Span<float>(_passed.Pointer + flat * _shape.HalfStride, _shape.HalfStride));
        }
    }

    /// <summary>Adds a panel's columns of a chunk's gradient by U.</summary>
    /// <param name="kernel">Multiplies.</param>
    /// <param name="gates">The panel of the gradient by the gates.</param>
    /// <param name="column">Its first column.</param>
    public void Add(MatrixKernel kernel, PackedMatrix gates, int column)
    {
        var target = _gradient.Pointer + column;
        kernel.Multiply(
            _shape.Half, gates.Rows, _passed.Pointer, 1, _shape.HalfStride, gates, 0, 0, MatrixKernel.ColumnAlignment, target, _hidden.Stride, target, _hidden.Stride);
    }

    /// <summary>Adds up a chunk's part of Omega, in the order of its rows.</summary>
    public void EndChunk(in Chunk chunk)
    {
        for (var step = 0; step < chunk.Steps; step++)
        {
            var rows = chunk.ActiveRows(step);
            for (var b = 0; b < rows; b++)
            {
                var term = _terms.Pointer[chunk.FlatRow(step) + b];
                if (term < 0)
                    continue;
                _omega += term / rows;
                _counted += 1.0 / rows;
            }
        }
    }

    /// <summary>Adds Omega's gradient to that of the loss.</summary>
    public void Finish()
    {
        var factor = _form == InformationFlowForm.Norms ? _factor : _counted == 0 ? 0 : (float)(_factor / _counted);
        // Gates that do not read the state have no weights in their place.
        foreach (var gate in Enumerable.Range(0, _shape.GateCount).Except(_shape.Spec.HiddenlessGates))
        {
            for (var row = 0; row < _hidden.RowCapacity; row++)
            {
                var place = row * _hidden.Stride + gate * _shape.BlockStride;
                var target = _hidden.Gradients.Slice(place, _shape.BlockStride);
                TensorPrimitives.FusedMultiplyAdd(_gradient.Span.Slice(place, _shape.BlockStride), factor, target, target);
            }
        }
    }

    public void Dispose()
    {
        _gradient.Dispose();
        _squares.Dispose();
        _passed.Dispose();
        _terms.Dispose();
    }

    /// <summary>A row's part of Omega, negative where it does not count, and c.</summary>
    private (double Term, double Factor) Term(double g, double v)
    {
        if (g < _least || g == 0)
            return (-1, 0);
        if (_form == InformationFlowForm.SquaredNorms)
            return ((v / g - 1) * (v / g - 1), 4 * (v / g - 1) / g);
        var r = Math.Sqrt(v / g);
        return ((r - 1) * (r - 1), v == 0 ? 0 : 2 * (r - 1) / Math.Sqrt(g * v));
    }
}
