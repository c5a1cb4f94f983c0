using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A unitary layer over single sequences in double: the cell's own equations and recurrence, in plain loops over steps. Vectors of H = 2n values have real and
/// imaginary parts side by side.
/// </summary>
internal sealed class UnitaryReference
{
    private readonly CellShape _shape;

    /// <param name="shape">Of the layer.</param>
    /// <param name="recurrence">With what is learned filled in.</param>
    /// <param name="inputWeights">[I, H].</param>
    public UnitaryReference(CellShape shape, UnitaryRecurrence recurrence, double[] inputWeights)
    {
        _shape = shape;
        Recurrence = recurrence;
        InputWeights = inputWeights;
        InputGradient = new double[inputWeights.Length];
        recurrence.Make();
    }

    public UnitaryRecurrence Recurrence { get; }

    public double[] InputWeights { get; }

    /// <summary>[I, H], of all sequences so far.</summary>
    public double[] InputGradient { get; }

    private int H => _shape.Units;

    private ReadOnlySpan<double> Bias => Recurrence.Bias.AsSpan(H, H);

    /// <summary>z = W h + V x, [H].</summary>
    public double[] Sum(double[] x, double[] hidden)
    {
        var z = new double[H];
        for (var j = 0; j < H; j++)
        {
            for (var i = 0; i < x.Length; i++)
                z[j] += InputWeights[i * H + j] * x[i];
            for (var i = 0; i < H; i++)
                z[j] += Recurrence.Hidden[i * H + j] * hidden[i];
        }
        return z;
    }

    /// <summary>[T][H].</summary>
    public double[][] Forward(double[][] x, double[] start)
    {
        var outputs = new double[x.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            outputs[t] = new double[H];
            ModRelu.Forward(Sum(x[t], t == 0 ? start : outputs[t - 1]), Bias, outputs[t]);
        }
        return outputs;
    }

    /// <summary>Adds a sequence's part of the weights' gradients; gives those by x, [T][I], and by the start.</summary>
    public (double[][] X, double[] Start) Backward(double[][] x, double[] start, double[][] outputs, double[][] gradients, double[] ofEnd)
    {
        var ofX = new double[x.Length][];
        var ofHidden = (double[])ofEnd.Clone();
        for (var t = x.Length - 1; t >= 0; t--)
        {
            var before = t == 0 ? start : outputs[t - 1];
            var z = Sum(x[t], before);
            var bias = Bias.ToArray();
            for (var j = 0; j < H; j++)
                ofHidden[j] += gradients[t][j];
            ModRelu.Backward<double>(z, bias, ofHidden);
            ofX[t] = new double[x[t].Length];
            Array.Clear(ofHidden);
            for (var j = 0; j < H; j++)
            {
                Recurrence.BiasGradient[H + j] += bias[j];
                for (var i = 0; i < x[t].Length; i++)
                {
                    InputGradient[i * H + j] += x[t][i] * z[j];
                    ofX[t][i] += InputWeights[i * H + j] * z[j];
                }
                for (var i = 0; i < H; i++)
                {
                    Recurrence.HiddenGradient[i * H + j] += before[i] * z[j];
                    ofHidden[i] += Recurrence.Hidden[i * H + j] * z[j];
                }
            }
        }
        return (ofX, ofHidden);
    }
}
