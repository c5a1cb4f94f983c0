using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The weights of a golden file as variables, by their names, and layers of them; what comes of them is compared with the file to 1e-12.</summary>
internal sealed class GoldenEquations(GoldenFile file)
{
    public const double Tolerance = 1e-12;

    private readonly Dictionary<string, Variable> _weights = file.Keys("params").ToDictionary(name => name, name => new Variable(file.Numbers("params", name)));

    public Variable this[string name] => _weights[name];

    /// <summary>W v + b.</summary>
    public Variable Affine(string weights, string bias, Variable vector) => Variable.Product(this[weights], vector) + this[bias];

    /// <summary>A layer of the engine's shape, whose gradients <see cref="CheckLayer"/> has.</summary>
    public NaiveLayer Layer(CellShape shape, double range = 1, string suffix = "")
    {
        var weights = Halves(shape, "params", suffix);
        return new NaiveLayer(shape, range, (half, gate, unit, column) => weights[half][gate, unit, column], (stage, row, column) => file.Number("params", $"kernel{stage + 1}", row, column));
    }

    /// <param name="layer">After the way back.</param>
    /// <param name="suffix">As for <see cref="Layer"/>.</param>
    /// <param name="part">Where the gradients are, if not in the file itself.</param>
    public void CheckLayer(NaiveLayer layer, string suffix = "", GoldenFile? part = null)
    {
        var expected = Halves(layer.Shape, "grad_params", suffix, part);
        foreach (var (half, gate, unit, column, gradient) in layer.Gradients())
            Near.AreNear([expected[half][gate, unit, column]], [gradient], Tolerance, $"gradient by half {half}, gate {gate}, unit {unit}, column {column}");
        foreach (var (s, stage) in layer.Shape.Spec.Stages.Index())
        {
            var (kernel, columns) = (file.Numbers("grad_params", $"kernel{s + 1}"), stage.Gates.Count * layer.Shape.Half);
            Near.AreNear(kernel, [.. kernel.Select((_, i) => layer.InnerGradient(s, i / columns, i % columns))], Tolerance, $"gradient by kernel {s + 1}");
        }
    }

    /// <summary>The gradients by all named weights, which a part of the file has.</summary>
    public void Check(params object[] part)
    {
        foreach (var (name, weights) in _weights)
            Near.AreNear(file.Numbers([.. part, "grad_params", name]), weights.Gradient, Tolerance, $"gradient by {name}");
    }

    private GoldenWeights[] Halves(CellShape shape, string set, string suffix, GoldenFile? part = null) =>
        [.. Enumerable.Range(0, shape.Halves).Select(half => new GoldenWeights(part ?? file, shape, set, half, suffix))];
}
