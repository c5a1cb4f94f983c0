using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The learned matrices of one layer. Columns are the gates: half 1's blocks, then half 2's if there is one; logical column
/// (half G + gate) P + unit, where G counts the gates that read what the matrix is for.
/// </summary>
internal sealed class LayerParameters : IDisposable
{
    private readonly Parameter? _bias;

    public LayerParameters(string name, CellShape shape, int[] inputMap, int inputStride)
    {
        Shape = shape;
        InputStride = inputStride;
        InputRows = inputMap[^1] + 1;
        Input = new Parameter($"{name}.input", inputMap, inputStride, Columns(shape, shape.Halves, gate => gate.ReadsInput), shape.GateRow);
        if (shape.Spec.MadeOf(shape) is var (rows, columns))
            Recurrence = new Parameter($"{name}.recurrence", Parameter.Identity(rows), rows, Parameter.Identity(columns), PackedMatrix.RoundUp(columns)) { IsDecayed = false };
        else
            (_bias, Hidden) = CreateWeights(name, shape);
    }

    public CellShape Shape { get; }

    /// <summary>Length of a row of inputs, padded.</summary>
    public int InputStride { get; }

    /// <summary>Rows of the input matrix in use, padding between a lower layer's halves included.</summary>
    public int InputRows { get; }

    /// <summary>[I, N G P] for N halves.</summary>
    public Parameter Input { get; }

    /// <summary>[1, N G P]; none where they are made.</summary>
    public Parameter Bias => _bias ?? throw new InvalidOperationException($"The biases of {Shape.Kind} are made, not learned.");

    /// <summary>[P, G P] each: from half 2 to the gates of half 1, and from half 1 to the gates of half 2; of an ordinary cell from all units to all gates. None where they are made.</summary>
    public Parameter[] Hidden { get; } = [];

    /// <summary>What recurrent weights and biases are made of; null where those are learned themselves.</summary>
    public Parameter? Recurrence { get; }

    public IEnumerable<Parameter> All => Recurrence != null ? [Input, Recurrence] : [Input, Bias, .. Hidden];

    /// <summary>Biases and recurrent weights, [1, N G P] and of each half [P, G P].</summary>
    public static (Parameter Bias, Parameter[] Hidden) CreateWeights(string name, CellShape shape)
    {
        var bias = new Parameter($"{name}.bias", [0], 1, Columns(shape, shape.Halves, _ => true), shape.GateRow) { IsDecayed = false };
        var columns = Columns(shape, 1, gate => gate.ReadsHidden);
        var hidden = new Parameter[shape.Halves];
        for (var half = 0; half < shape.Halves; half++)
            hidden[half] = new Parameter($"{name}.hidden{half + 1}", Parameter.Identity(shape.Half), shape.Half, columns, shape.GateStride);
        return (bias, hidden);
    }

    /// <summary>What makes recurrent weights and biases, for one layer at work; null where they are learned themselves.</summary>
    public MadeWeights? CreateMadeWeights() => Recurrence == null ? null : new MadeWeights(this, Shape.Spec.CreateRecurrence(Shape)!);

    /// <summary>Uniform within <see cref="CellSpec.InitialBound"/>, and <see cref="GateSpec.InitialBias"/>.</summary>
    public void Initialize(ulong seed)
    {
        var bound = Shape.Spec.InitialBound(Shape);
        foreach (var parameter in All)
            parameter.InitializeUniform(seed, parameter == Recurrence ? 1 : bound);
        if (Recurrence != null)
            ScaleRows(Recurrence, Shape.Spec.CreateRecurrence(Shape)!);
        for (var column = 0; column < _bias?.Columns; column++)
            Bias.At(0, column) += Shape.Spec.Gates[column / Shape.Half % Shape.GateCount].InitialBias;
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }

    private static void ScaleRows(Parameter values, MadeRecurrence recurrence)
    {
        for (var row = 0; row < values.Rows; row++)
        {
            for (var column = 0; column < values.Columns; column++)
                values.At(row, column) *= recurrence.InitialBound(row);
        }
    }

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
