using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The learned matrices of one layer. Columns are the gates: half 1's blocks, then half 2's if there is one; logical column
/// (half G + gate) P + unit.
/// </summary>
internal sealed class LayerParameters : IDisposable
{
    public LayerParameters(string name, CellShape shape, int[] inputMap, int inputStride)
    {
        Shape = shape;
        var columns = new int[shape.Halves * shape.GateCount * shape.Half];
        var halfColumns = new int[shape.GateCount * shape.Half];
        for (var half = 0; half < shape.Halves; half++)
        {
            for (var gate = 0; gate < shape.GateCount; gate++)
            {
                for (var unit = 0; unit < shape.Half; unit++)
                {
                    var column = gate * shape.BlockStride + unit;
                    columns[(half * shape.GateCount + gate) * shape.Half + unit] = half * shape.GateStride + column;
                    halfColumns[gate * shape.Half + unit] = column;
                }
            }
        }
        InputStride = inputStride;
        InputRows = inputMap[^1] + 1;
        Input = new Parameter($"{name}.input", inputMap, inputStride, columns, shape.GateRow);
        Bias = new Parameter($"{name}.bias", [0], 1, columns, shape.GateRow) { IsDecayed = false };
        Hidden = new Parameter[shape.Halves];
        for (var half = 0; half < shape.Halves; half++)
            Hidden[half] = new Parameter($"{name}.hidden{half + 1}", Parameter.Identity(shape.Half), shape.Half, halfColumns, shape.GateStride);
    }

    public CellShape Shape { get; }

    /// <summary>Length of a row of inputs, padded.</summary>
    public int InputStride { get; }

    /// <summary>Rows of the input matrix in use, padding between a lower layer's halves included.</summary>
    public int InputRows { get; }

    /// <summary>[I, 2 G P].</summary>
    public Parameter Input { get; }

    /// <summary>[1, 2 G P].</summary>
    public Parameter Bias { get; }

    /// <summary>[P, G P] each: from half 2 to the gates of half 1, and from half 1 to the gates of half 2; of an ordinary cell from all units to all gates.</summary>
    public Parameter[] Hidden { get; }

    public IEnumerable<Parameter> All => [Input, Bias, .. Hidden];

    /// <summary>
    /// Uniform in +-1 / sqrt(I + P), the fan-in of a gate, for reversible cells (the default of PyTorch's Linear, as in the authors' code);
    /// +-1 / sqrt(H) for ordinary ones (that of PyTorch's recurrent layers); and <see cref="CellShape.InitialBias"/>.
    /// </summary>
    public void Initialize(ulong seed)
    {
        var bound = 1f / MathF.Sqrt(Shape.IsReversible ? Shape.Inputs + Shape.Half : Shape.Units);
        foreach (var parameter in All)
            parameter.InitializeUniform(seed, bound);
        for (var column = 0; column < Bias.Columns; column++)
            Bias.At(0, column) += Shape.InitialBias(column / Shape.Half % Shape.GateCount);
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }
}
