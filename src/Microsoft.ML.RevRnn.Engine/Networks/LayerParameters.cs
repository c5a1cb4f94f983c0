using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The learned matrices of one layer. Columns are the gates: half 1's blocks, then half 2's if there is one; logical column
/// (half G + gate) P + unit, where G counts the gates that read what the matrix is for.
/// </summary>
internal sealed class LayerParameters : IDisposable
{
    public LayerParameters(string name, CellShape shape, int[] inputMap, int inputStride)
    {
        Shape = shape;
        InputStride = inputStride;
        InputRows = inputMap[^1] + 1;
        Input = new Parameter($"{name}.input", inputMap, inputStride, InputColumns(shape), shape.GateRow);
        Bias = new Parameter($"{name}.bias", [0], 1, Columns(shape, shape.Halves, _ => true), shape.GateRow) { IsDecayed = false };
        var hiddenColumns = Columns(shape, 1, gate => gate.ReadsHidden);
        Hidden = new Parameter[shape.Halves];
        for (var half = 0; half < shape.Halves; half++)
            Hidden[half] = new Parameter($"{name}.hidden{half + 1}", Parameter.Identity(shape.Half), shape.Half, hiddenColumns, shape.GateStride);
    }

    public CellShape Shape { get; }

    /// <summary>Length of a row of inputs, padded.</summary>
    public int InputStride { get; }

    /// <summary>Rows of the input matrix in use, padding between a lower layer's halves included.</summary>
    public int InputRows { get; }

    /// <summary>[I, N G P] for N halves.</summary>
    public Parameter Input { get; }

    /// <summary>[1, N G P].</summary>
    public Parameter Bias { get; }

    /// <summary>[P, G P] each: from half 2 to the gates of half 1, and from half 1 to the gates of half 2; of an ordinary cell from all units to all gates.</summary>
    public Parameter[] Hidden { get; }

    public IEnumerable<Parameter> All => [Input, Bias, .. Hidden];

    /// <summary>Uniform within <see cref="CellSpec.InitialBound"/>, and <see cref="GateSpec.InitialBias"/>.</summary>
    public void Initialize(ulong seed)
    {
        var bound = Shape.Spec.InitialBound(Shape);
        foreach (var parameter in All)
            parameter.InitializeUniform(seed, bound);
        for (var column = 0; column < Bias.Columns; column++)
            Bias.At(0, column) += Shape.Spec.Gates[column / Shape.Half % Shape.GateCount].InitialBias;
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }

    /// <summary>Where the columns of the gates lie that read the input.</summary>
    public static int[] InputColumns(CellShape shape) => Columns(shape, shape.Halves, gate => gate.ReadsInput);

    /// <summary>Where the columns of some of the gates lie in the buffer.</summary>
    private static int[] Columns(CellShape shape, int halves, Func<GateSpec, bool> condition)
    {
        var columns = new List<int>();
        for (var half = 0; half < halves; half++)
        {
            for (var gate = 0; gate < shape.GateCount; gate++)
            {
                for (var unit = 0; unit < shape.Half && condition(shape.Spec.Gates[gate]); unit++)
                    columns.Add(half * shape.GateStride + gate * shape.BlockStride + unit);
            }
        }
        return [.. columns];
    }
}
