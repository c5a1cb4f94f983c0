using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Weights that spread gates over their whole range.</summary>
internal static class WeightScaling
{
    /// <summary>Multiplies fresh weights, with biases about zero for all gates; a factor of 1 leaves them as training finds them.</summary>
    public static void Apply(NetworkParameters parameters, float scale)
    {
        if (scale == 1)
            return;
        foreach (var layer in parameters.Encoder.Stacks.SelectMany(stack => stack.Layers).Where(layer => layer.Recurrence == null))
        {
            for (var column = 0; column < layer.Bias.Columns; column++)
                layer.Bias.At(0, column) -= layer.Shape.Spec.Gates[column / layer.Shape.Half % layer.Shape.GateCount].InitialBias;
        }
        foreach (var parameter in parameters.All)
        {
            foreach (ref var value in parameter.Values)
                value *= scale;
        }
    }
}
