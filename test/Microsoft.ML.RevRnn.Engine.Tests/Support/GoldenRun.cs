namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The rows of a golden file with an output at each step, in one of its modes: outputs, loss and gradients by the inputs, compared to 1e-12.</summary>
internal sealed class GoldenRun(GoldenFile file, string mode)
{
    private readonly List<Variable[]> _inputs = [];
    private double _loss;

    public int Rows => file.Int("B");

    private int Steps => file.Int("T");

    /// <summary>Runs each row's step from (t, x) to an output, and goes back over all; the loss is linear in outputs, and in what else is given of a row at its end.</summary>
    public void ForEachRow(Func<int, Func<int, Variable, Variable>> stepOf, Func<int, (Variable, double[])[]>? endOf = null)
    {
        var outputs = new List<(Variable Output, double[] Weights)>();
        for (var row = 0; row < Rows; row++)
        {
            var step = stepOf(row);
            _inputs.Add([.. Enumerable.Range(0, Steps).Select(t => new Variable(file.Numbers("x", t, row)))]);
            for (var t = 0; t < Steps; t++)
            {
                var output = step(t, _inputs[row][t]);
                Near.AreNear(file.Numbers(mode, "out", t, row), output.Value, GoldenEquations.Tolerance, $"output of step {t}, row {row}");
                outputs.Add((output, file.Numbers("loss_weight_out", t, row)));
            }
            outputs.AddRange(endOf?.Invoke(row) ?? []);
        }
        _loss = outputs.Sum(output => output.Output.Value.Zip(output.Weights, (value, weight) => value * weight).Sum());
        Variable.Backward([.. outputs]);
    }

    public void Check()
    {
        Assert.AreEqual(file.Number(mode, "loss"), _loss, GoldenEquations.Tolerance);
        for (var t = 0; t < Steps; t++)
            Near.AreNear(file.Numbers(mode, "grad_x", t), [.. _inputs.SelectMany(row => row[t].Gradient)], GoldenEquations.Tolerance, $"gradient by the inputs of step {t}");
    }
}
