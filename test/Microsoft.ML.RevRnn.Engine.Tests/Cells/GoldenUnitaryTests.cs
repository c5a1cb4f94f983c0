using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The unitary RNN's equations and its recurrence in double against an independent implementation, gradients included.</summary>
[TestClass]
internal sealed class GoldenUnitaryTests
{
    private const double Tolerance = 1e-12;
    private static readonly string[] _learned = ["theta1", "theta2", "theta3", "v1_re", "v1_im", "v2_re", "v2_im", "b"];

    private GoldenFile _file = null!;

    private int Inputs => _file.Int("I");

    /// <summary>n.</summary>
    private int Units => _file.Int("H");

    private int Outputs => _file.Int("O");

    [TestMethod]
    [GoldenFiles("urnn")]
    public void OutputsStatesAndGradientsAreThoseOfTheReference(string name)
    {
        _file = GoldenFile.Load(name);
        var (steps, rows) = (_file.Int("T"), _file.Int("B"));
        var layer = Layer();
        var outputGradient = new double[Outputs * 2 * Units];
        for (var row = 0; row < rows; row++)
        {
            double[][] x = [.. Enumerable.Range(0, steps).Select(t => _file.Numbers("x", t, row))];
            var start = Complex("state0", row);
            var hidden = layer.Forward(x, start);
            var ofHidden = new double[steps][];
            for (var t = 0; t < steps; t++)
            {
                Near.AreNear(Beside(_file.Numbers("states", t, "h_re", row), _file.Numbers("states", t, "h_im", row)), hidden[t], Tolerance, $"state after step {t}");
                Near.AreNear(_file.Numbers("out", t, row), Output(hidden[t]), Tolerance, $"output of step {t}");
                ofHidden[t] = OutputBackward(hidden[t], _file.Numbers("loss_weight_out", t, row), outputGradient);
            }
            var (ofX, ofStart) = layer.Backward(x, start, hidden, ofHidden, Complex("loss_weight_final_state", row));
            for (var t = 0; t < steps; t++)
                Near.AreNear(_file.Numbers("grad_x", t, row), ofX[t], Tolerance, $"gradient by the input of step {t}");
            Near.AreNear(Complex("grad_state0", row), ofStart, Tolerance, "gradient by the first state");
        }
        layer.Recurrence.PullBack();

        for (var i = 0; i < _learned.Length; i++)
            Near.AreNear(_file.Numbers("grad_params", _learned[i]), layer.Recurrence.LearnedGradient.AsSpan(i * Units, Units), Tolerance, _learned[i]);
        Near.AreNear(InputWeights("grad_params"), layer.InputGradient, Tolerance, "gradient by the input weights");
        Near.AreNear(_file.Numbers("grad_params", "U"), outputGradient, Tolerance, "gradient by the output weights");
    }

    private UnitaryReference Layer()
    {
        var shape = new CellShape(CellKind.Unitary, Inputs, 2 * Units);
        var recurrence = new UnitaryRecurrence(shape, Array.ConvertAll(_file.Numbers("perm"), value => (int)value));
        for (var i = 0; i < _learned.Length; i++)
            _file.Numbers("params", _learned[i]).CopyTo(recurrence.Learned, i * Units);
        return new UnitaryReference(shape, recurrence, InputWeights("params"));
    }

    /// <summary>[I, 2n] of V's parts, [n, I] each.</summary>
    private double[] InputWeights(string set)
    {
        var (real, imaginary) = (_file.Numbers(set, "V_re"), _file.Numbers(set, "V_im"));
        var weights = new double[Inputs * 2 * Units];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = (i % 2 == 0 ? real : imaginary)[i % (2 * Units) / 2 * Inputs + i / (2 * Units)];
        return weights;
    }

    /// <summary>U [Re h ; Im h] + b_o.</summary>
    private double[] Output(double[] hidden)
    {
        var (weights, output) = (_file.Numbers("params", "U"), _file.Numbers("params", "bo"));
        for (var i = 0; i < weights.Length; i++)
            output[i / (2 * Units)] += weights[i] * hidden[Place(i)];
        return output;
    }

    private double[] OutputBackward(double[] hidden, double[] gradient, double[] weightGradient)
    {
        var weights = _file.Numbers("params", "U");
        var ofHidden = new double[hidden.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weightGradient[i] += gradient[i / (2 * Units)] * hidden[Place(i)];
            ofHidden[Place(i)] += gradient[i / (2 * Units)] * weights[i];
        }
        return ofHidden;
    }

    /// <summary>Where a column of U has its value: the file's real parts come first, the cell's lie beside the imaginary ones.</summary>
    private int Place(int weight) => weight % (2 * Units) is var column && column < Units ? 2 * column : 2 * (column - Units) + 1;

    private double[] Complex(string set, int row) => Beside(_file.Numbers(set, "h_re", row), _file.Numbers(set, "h_im", row));

    private static double[] Beside(double[] real, double[] imaginary) => [.. real.Zip(imaginary).SelectMany(pair => (double[])[pair.First, pair.Second])];
}
