using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The matrix products around a layer's sweeps, over the flat rows of a chunk.</summary>
/// <param name="kernels">The device.</param>
/// <param name="shape">The layer.</param>
/// <param name="inputRows">Rows of the input weights.</param>
/// <param name="inputStride">Length of a row of inputs.</param>
internal sealed class LayerProducts(IRecurrentKernels kernels, CellShape shape, int inputRows, int inputStride)
{
    /// <summary>Columns of a row of gates that have input weights.</summary>
    private readonly (int First, int Count)[] _inputReaders = InputReaders(shape);

    /// <summary>gates = bias + inputs W.</summary>
    public void Inputs(in LayerWeights weights, nint inputs, nint gates, int rows) => kernels.Multiply(new Product
    {
        A = inputs,
        ARow = inputStride,
        AColumn = 1,
        B = weights.Input,
        BRow = shape.GateRow,
        BColumn = 1,
        Start = weights.Bias,
        StartRow = 0,
        C = gates,
        CRow = shape.GateRow,
        M = rows,
        N = shape.GateRow,
        K = inputRows,
    });

    /// <summary>The gradient by the inputs, from that by the gates.</summary>
    public void InputGradient(in LayerWeights weights, nint gates, nint inputGradient, int rows) => kernels.Multiply(new Product
    {
        A = gates,
        ARow = shape.GateRow,
        AColumn = 1,
        B = weights.Input,
        BRow = 1,
        BColumn = shape.GateRow,
        C = inputGradient,
        CRow = inputStride,
        M = rows,
        N = inputStride,
        K = shape.GateRow,
    });

    /// <summary>Adds the gradients by the weights, from those by the gates.</summary>
    public void WeightGradients(in LayerWeights gradients, nint inputs, in Sweep sweep, int rows)
    {
        foreach (var gates in _inputReaders)
        {
            var first = gates.First * sizeof(float);
            AddProduct(inputs, inputStride, inputRows, sweep.Gates + first, gates.Count, gradients.Input + first, shape.GateRow, rows);
        }
        kernels.AddRows(sweep.Gates, gradients.Bias, rows, shape.GateRow, shape.GateRow);
        var ofState = shape.Spec.HiddenReaders.Count * shape.BlockStride;
        for (var half = 0; half < shape.Halves; half++)
        {
            var target = half == 0 ? gradients.Hidden0 : gradients.Hidden1;
            var gates = sweep.Gates + half * shape.GateStride * sizeof(float);
            AddProduct(half == 0 ? sweep.Read0 : sweep.Read1, shape.HalfStride, shape.Half, gates, ofState, target, shape.GateStride, rows);
            if (!shape.Spec.HasReset)
                continue;
            AddProduct(sweep.Reset + half * shape.HalfStride * sizeof(float), shape.StateStride, shape.Half,
                gates + ofState * sizeof(float), shape.Spec.ResetReaders.Count * shape.BlockStride, target + ofState * sizeof(float), shape.GateStride, rows);
        }
    }

    /// <summary>target [m, n] += left^T gates, over the rows in their order.</summary>
    private void AddProduct(nint left, int leftRow, int m, nint gates, int n, nint target, int targetRow, int rows) => kernels.Multiply(new Product
    {
        A = left,
        ARow = 1,
        AColumn = leftRow,
        B = gates,
        BRow = shape.GateRow,
        BColumn = 1,
        Start = target,
        StartRow = targetRow,
        C = target,
        CRow = targetRow,
        M = m,
        N = n,
        K = rows,
    });

    private static (int First, int Count)[] InputReaders(CellShape shape)
    {
        if (shape.Spec.InputlessGates.Length == 0)
            return [(0, shape.GateRow)];
        var readers = Enumerable.Range(0, shape.GateCount).Except(shape.Spec.InputlessGates);
        return [.. Enumerable.Range(0, shape.Halves).SelectMany(half => readers.Select(gate => (half * shape.GateStride + gate * shape.BlockStride, shape.BlockStride)))];
    }
}
