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
        Input = new Parameter($"{name}.input", inputMap, inputStride, InputColumns(shape), shape.GateRow) { HasOutputColumns = true };
        if (shape.Spec.MadeOf(shape) is var (rows, columns))
            Recurrence = new Parameter($"{name}.recurrence", Parameter.Identity(rows), rows, Parameter.Identity(columns), PackedMatrix.RoundUp(columns)) { IsDecayed = false, StaysSingle = true };
        else
            (_bias, Hidden) = CreateWeights(name, shape);
        Inner = [.. shape.Spec.Stages.Select((stage, s) => new Parameter($"{name}.inner{s + 1}",
            Blocks(stage.Reads, shape.HalfStride, shape.Half), stage.Reads * shape.HalfStride, Blocks(stage.Gates.Count, shape.BlockStride, shape.Half), stage.Gates.Count * shape.BlockStride) { HasOutputColumns = true })];
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

    /// <summary>[R P, G P] of each stage: from the R vectors that it reads to its G gates.</summary>
    public Parameter[] Inner { get; }

    /// <summary>What recurrent weights and biases are made of; null where those are learned themselves.</summary>
    public Parameter? Recurrence { get; }

    public IEnumerable<Parameter> All => Recurrence != null ? [Input, Recurrence] : [Input, Bias, .. Hidden, .. Inner];

    /// <summary>Biases and recurrent weights, [1, N G P] and of each half [P, G P].</summary>
    public static (Parameter Bias, Parameter[] Hidden) CreateWeights(string name, CellShape shape)
    {
        var bias = new Parameter($"{name}.bias", [0], 1, Columns(shape, shape.Halves, _ => true), shape.GateRow) { IsDecayed = false };
        var columns = Columns(shape, 1, gate => gate.ReadsHidden);
        var hidden = new Parameter[shape.Halves];
        for (var half = 0; half < shape.Halves; half++)
            hidden[half] = new Parameter($"{name}.hidden{half + 1}", Parameter.Identity(shape.Half), shape.Half, columns, shape.GateStride) { HasOutputColumns = true };
        return (bias, hidden);
    }

    /// <summary>What makes recurrent weights and biases, for one layer at work; null where they are learned themselves.</summary>
    public MadeWeights? CreateMadeWeights() => Recurrence == null ? null : new MadeWeights(this, Shape.Spec.CreateRecurrence(Shape)!);

    /// <summary>Uniform within <see cref="CellSpec.InitialBound"/>, and <see cref="GateSpec.InitialBias"/>.</summary>
    /// <param name="seed">Of the values.</param>
    /// <param name="spectralRadius">What the weights from a half's state to each gate are scaled to; null to leave them.</param>
    public void Initialize(ulong seed, float? spectralRadius = null)
    {
        var bound = Shape.Spec.InitialBound(Shape);
        foreach (var parameter in All)
            parameter.InitializeUniform(seed, parameter == Recurrence ? 1 : bound);
        if (Recurrence != null)
            ScaleRows(Recurrence, Shape.Spec.CreateRecurrence(Shape)!);
        var column = 0;
        for (var half = 0; half < Shape.Halves && _bias != null; half++)
        {
            foreach (var gate in Shape.Spec.Gates)
            {
                for (var unit = 0; unit < Shape.WidthOf(gate); unit++)
                {
                    ref var bias = ref Bias.At(0, column++);
                    bias = gate.IsConstant ? Shape.Spec.TimeConstants.Bias(0.5 * bias / bound + 0.5) : bias + gate.InitialBias;
                }
            }
        }
        if (spectralRadius is { } radius)
            ScaleHidden(radius);
    }

    /// <summary>Scales each square block of the weights from state to state, one a gate, to a spectral radius.</summary>
    private void ScaleHidden(float spectralRadius)
    {
        var half = Shape.Half;
        foreach (var hidden in Hidden)
        {
            for (var gate = 0; gate < hidden.Columns / half; gate++)
            {
                var block = new double[half * half];
                for (var i = 0; i < block.Length; i++)
                    block[i] = hidden.At(i / half, gate * half + i % half);
                var radius = SpectralRadius.Of(block, half);
                // One that has no eigenvalue but 0 cannot be scaled.
                var factor = radius > 0 ? (float)(spectralRadius / radius) : 1;
                for (var i = 0; i < block.Length; i++)
                    hidden.At(i / half, gate * half + i % half) *= factor;
            }
        }
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }

    /// <summary>Where the columns of the gates lie that read the input.</summary>
    public static int[] InputColumns(CellShape shape) => Columns(shape, shape.Halves, gate => gate.ReadsInput);

    /// <summary>Where the values of blocks lie that begin a stride apart.</summary>
    private static int[] Blocks(int count, int stride, int length) => [.. Enumerable.Range(0, count * length).Select(i => i / length * stride + i % length)];
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
                for (var unit = 0; unit < shape.WidthOf(shape.Spec.Gates[gate]) && condition(shape.Spec.Gates[gate]); unit++)
                    columns.Add(half * shape.GateStride + gate * shape.BlockStride + unit);
            }
        }
        return [.. columns];
    }
}
