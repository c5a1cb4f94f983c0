using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A fixed-point reversible layer in plain loops: integer states, double-precision gates (MacKay et al. 2018, sections 3.1 and 3.2).
/// </summary>
/// <param name="shape">Sizes.</param>
/// <param name="range">m of z = m sigmoid(a) + (1 - m).</param>
/// <param name="weights">Of each half.</param>
/// <param name="multiply">state * Z / 1024 for (row, part, unit of H, state, Z), part 0 being h and part 1 c.</param>
internal sealed class ScalarFixedPointLayer(
    CellShape shape, double range, GoldenWeights[] weights, Func<int, int, int, int, int, int> multiply)
{
    private const double StateOne = 1 << 23;

    /// <summary>Advances the states [B, H] of all rows by one step with the inputs [B, I].</summary>
    public void Step(double[] inputs, int[] hidden, int[] cell)
    {
        var rows = hidden.Length / shape.Units;
        for (var half = 0; half < 2; half++)
        {
            for (var row = 0; row < rows; row++)
            {
                var x = inputs.AsSpan(row * shape.Inputs, shape.Inputs);
                var other = new double[shape.Half];
                for (var unit = 0; unit < shape.Half; unit++)
                    other[unit] = hidden[row * shape.Units + (1 - half) * shape.Half + unit] / StateOne;
                if (shape.Kind == CellKind.RevLstm)
                    LstmHalf(half, row, x, other, hidden, cell);
                else
                    GruHalf(half, row, x, other, hidden);
            }
        }
    }

    private void LstmHalf(int half, int row, ReadOnlySpan<double> x, double[] other, int[] hidden, int[] cell)
    {
        for (var unit = 0; unit < shape.Half; unit++)
        {
            var z = Limited(Sum(half, 0, unit, x, other));
            var g = Math.Tanh(Sum(half, 1, unit, x, other));
            var f = Sigmoid(Sum(half, 2, unit, x, other));
            var o = Sigmoid(Sum(half, 3, unit, x, other));
            var p = Limited(Sum(half, 4, unit, x, other));
            var index = half * shape.Half + unit;
            ref var c = ref cell[row * shape.Units + index];
            c = multiply(row, 1, index, c, Quantize(z)) + Fixed(f * g);
            ref var h = ref hidden[row * shape.Units + index];
            h = multiply(row, 0, index, h, Quantize(p)) + Fixed(o * Math.Tanh(c / StateOne));
        }
    }

    private void GruHalf(int half, int row, ReadOnlySpan<double> x, double[] other, int[] hidden)
    {
        var reset = new double[shape.Half];
        for (var unit = 0; unit < shape.Half; unit++)
            reset[unit] = Sigmoid(Sum(half, 1, unit, x, other)) * other[unit];
        for (var unit = 0; unit < shape.Half; unit++)
        {
            var z = Limited(Sum(half, 0, unit, x, other));
            var g = Math.Tanh(Sum(half, 2, unit, x, reset));
            var index = half * shape.Half + unit;
            ref var h = ref hidden[row * shape.Units + index];
            h = multiply(row, 0, index, h, Quantize(z)) + Fixed((1 - z) * g);
        }
    }

    private double Sum(int half, int gate, int unit, ReadOnlySpan<double> x, double[] hidden)
    {
        var row = weights[half].Row(gate, unit);
        var sum = row[^1];
        for (var i = 0; i < x.Length; i++)
            sum += row[i] * x[i];
        for (var i = 0; i < hidden.Length; i++)
            sum += row[x.Length + i] * hidden[i];
        return sum;
    }

    private double Limited(double a) => range * Sigmoid(a) + (1 - range);

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    private static int Quantize(double gate) => Math.Max(1, (int)Math.Round(gate * 1024, MidpointRounding.ToEven));

    private static int Fixed(double value) => (int)Math.Round(value * StateOne, MidpointRounding.ToEven);
}
