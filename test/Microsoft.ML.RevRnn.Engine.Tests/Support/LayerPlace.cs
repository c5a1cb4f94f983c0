using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Where in a layer's parameters a weight lies: that of a half's gate and unit by a column, which are the I inputs, the P hidden units of the half that is read, and the bias. Weights of a
/// stage are in <see cref="LayerParameters.Inner"/>.
/// </summary>
internal readonly record struct LayerPlace(int Half, int Gate, int Unit, int Column, Parameter Parameter, int Row, int ParameterColumn)
{
    public ref float Value => ref Parameter.At(Row, ParameterColumn);

    public float Gradient => Parameter.GradientAt(Row, ParameterColumn);

    /// <summary>All that there are: a gate has no weights for what it does not read.</summary>
    public static IEnumerable<LayerPlace> All(LayerParameters layer)
    {
        var (shape, inputs) = (layer.Shape, layer.Shape.Inputs);
        var bias = 0;
        var input = 0;
        for (var half = 0; half < shape.Halves; half++)
        {
            var hidden = 0;
            foreach (var (index, gate) in shape.Spec.Gates.Index())
            {
                var width = shape.WidthOf(gate);
                for (var unit = 0; unit < width; unit++)
                {
                    for (var i = 0; i < inputs && gate.ReadsInput; i++)
                        yield return new(half, index, unit, i, layer.Input, i, input + unit);
                    for (var k = 0; k < shape.Half && gate.ReadsHidden; k++)
                        yield return new(half, index, unit, inputs + k, layer.Hidden[half], k, hidden + unit);
                    yield return new(half, index, unit, inputs + shape.Half, layer.Bias, 0, bias + unit);
                }
                bias += width;
                input += gate.ReadsInput ? width : 0;
                hidden += gate.ReadsHidden ? width : 0;
            }
        }
    }
}
