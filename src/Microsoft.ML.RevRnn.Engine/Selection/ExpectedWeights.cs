using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>
/// How many weights of a layer are expected to be left (Wen et al. 2020, Structured Pruning of Recurrent Neural Networks through Neuron Selection): G P_s P_z + G P_s P_s, with P_z
/// and P_s the sums of the probabilities that inputs and units are open; the first of the gates that read the input, the second of those that read the state. In a reversible layer
/// each half reads the other one.
/// </summary>
internal static class ExpectedWeights
{
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">P_z.</param>
    /// <param name="units">P_s, of each half.</param>
    public static double Of(CellShape layer, double inputs, ReadOnlySpan<double> units)
    {
        var sum = 0.0;
        for (var half = 0; half < layer.Halves; half++)
            sum += GatesOfInput(layer) * units[half] * inputs + GatesOfHidden(layer) * units[half] * units[^(half + 1)];
        return sum;
    }

    /// <summary>The slope by P_z.</summary>
    public static double SlopeByInputs(CellShape layer, ReadOnlySpan<double> units)
    {
        var sum = 0.0;
        foreach (var half in units)
            sum += half;
        return GatesOfInput(layer) * sum;
    }

    /// <summary>The slope by P_s of a half.</summary>
    public static double SlopeByUnits(CellShape layer, double inputs, ReadOnlySpan<double> units, int half)
        => GatesOfInput(layer) * inputs + 2 * GatesOfHidden(layer) * units[^(half + 1)];

    private static int GatesOfInput(CellShape layer) => layer.GateCount - layer.Spec.InputlessGates.Length;

    /// <summary>With those of further products within a step.</summary>
    private static int GatesOfHidden(CellShape layer)
        => layer.GateCount - layer.Spec.HiddenlessGates.Length + layer.Spec.Stages.Sum(stage => stage.Reads * stage.Gates.Count);
}
