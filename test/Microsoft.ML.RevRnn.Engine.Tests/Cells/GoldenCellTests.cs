using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The unquantised cells against double-precision results of an independent implementation: the equations in double, and the engine in float. All files of a cell that there are take part.
/// </summary>
[TestClass]
internal sealed class GoldenCellTests
{
    private const double Tolerance = 1e-5;

    private static IEnumerable<object[]> Files => CellFile.Names.Select(name => new object[] { name });

    private static IEnumerable<object[]> FilesAndWidths =>
        CellFile.Names.SelectMany(name => Enum.GetValues<SimdWidth>().Select(width => new object[] { name, width }));

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void TheEquationsInDoubleAreThoseOfTheReference(string name)
    {
        var file = new CellFile(name);
        var (shape, golden) = (file.Shape, file.File);
        var equations = new GoldenEquations(golden);
        var layer = equations.Layer(shape, file.Range);
        Variable[][] inputs = [.. Enumerable.Range(0, file.Rows).Select(row => Enumerable.Range(0, file.Steps).Select(t => new Variable(golden.Numbers("x", t, row))).ToArray())];
        Variable[][] starts = [.. inputs.Select((_, row) => shape.Spec.States.Select((_, state) => Row(file.Start(state), row)).ToArray())];

        Variable[][][] states = [.. inputs.Zip(starts, layer.Run)];

        for (var state = 0; state < shape.StateCount; state++)
        {
            for (var t = 0; t < file.Steps; t++)
                Check(file.After(t, state), row => states[row][t][state].Value, $"state {state} after step {t}");
            Check(file.End(state), row => states[row][^1][state].Value, $"last state {state}");
        }
        Check(golden.Numbers("out"), t => [.. states.SelectMany(ofRow => ofRow[t][shape.Spec.OutputState].Value)], "output", file.Steps);
        if (shape.IsReversible)
            Assert.AreEqual(golden.Number("optimal_bits"), layer.OptimalBits, GoldenEquations.Tolerance * golden.Number("optimal_bits"));

        Variable.Backward([.. states.SelectMany((ofRow, row) => Gradients(file, row, ofRow))]);

        for (var t = 0; t < file.Steps; t++)
            Check(golden.Numbers("grad_x", t), row => inputs[row][t].Gradient, $"gradient by the input of step {t}");
        for (var state = 0; state < shape.StateCount; state++)
            Check(file.StartGradient(state), row => starts[row][state].Gradient, $"gradient by the first state {state}");
        equations.CheckLayer(layer);

        Variable Row(double[] values, int row) => new(values[(row * shape.Units)..((row + 1) * shape.Units)]);
        void Check(double[] expected, Func<int, double[]> part, string what, int? parts = null) =>
            Near.AreNear(expected, [.. Enumerable.Range(0, parts ?? file.Rows).SelectMany(part)], GoldenEquations.Tolerance, what);
    }

    [TestMethod]
    [DynamicData(nameof(FilesAndWidths))]
    public void OutputsStatesAndGradientsAreThoseOfTheReference(string name, SimdWidth width)
    {
        var file = new CellFile(name);
        var golden = file.File;
        using var layer = new GoldenLayer(golden, CellArithmetic.Unquantized, width);
        int[] states = [.. Enumerable.Range(0, layer.Shape.StateCount)];

        layer.Forward(Array.ConvertAll(states, state => FloatBits(file.Start(state))), keepsLostBits: false);

        for (var t = 0; t < layer.Steps; t++)
        {
            Near.AreNear(golden.Numbers("out", t), layer.HiddenAfter(t), Tolerance, $"output of step {t}");
            foreach (var state in states)
                Near.AreNear(file.After(t, state), layer.StateAfter(state, t), Tolerance, $"state {state} after step {t}");
        }
        foreach (var state in states)
            Near.AreNear(file.End(state), Floats(layer.StateNow(state)), Tolerance, $"final state {state}");
        var bits = layer.Shape.IsReversible ? golden.Number("optimal_bits") : 0;
        Assert.AreEqual(bits, layer.OptimalBits(), 1e-5 * bits);

        layer.Backward(golden.Numbers("loss_weight_out"), Array.ConvertAll(states, file.EndGradient));

        Near.AreNear(golden.Numbers("grad_x"), layer.InputGradients(), Tolerance, "gradient by the inputs");
        foreach (var state in states)
            Near.AreNear(file.StartGradient(state), layer.StartGradients(state), Tolerance, $"gradient by the first state {state}");
        var (expected, actual) = layer.ParameterGradients();
        Near.AreNear(expected, actual, Tolerance, "gradient by the parameters");
        Assert.IsTrue(layer.PaddingGradients().All(gradient => gradient == 0), "There are gradients by weights that do not exist.");
    }

    /// <summary>What the file's loss is of a row's states: outputs at each step, and all states after the last.</summary>
    private static IEnumerable<(Variable, double[])> Gradients(CellFile file, int row, Variable[][] states)
    {
        var units = file.Shape.Units;
        for (var t = 0; t < file.Steps; t++)
            yield return (states[t][file.Shape.Spec.OutputState], file.File.Numbers("loss_weight_out", t, row));
        for (var state = 0; state < file.Shape.StateCount; state++)
            yield return (states[^1][state], file.EndGradient(state)[(row * units)..((row + 1) * units)]);
    }

    private static int[] FloatBits(double[] values) => Array.ConvertAll(values, value => BitConverter.SingleToInt32Bits((float)value));

    private static double[] Floats(int[] bits) => Array.ConvertAll(bits, value => (double)BitConverter.Int32BitsToSingle(value));
}
