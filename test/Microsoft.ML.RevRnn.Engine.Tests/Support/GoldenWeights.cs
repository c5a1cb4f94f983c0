using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The matrices of one half of a golden file's cell, or the gradients by them: [gate, unit, column]. Columns are the I inputs, the P hidden units
/// of the other half, and the bias.
/// </summary>
internal sealed class GoldenWeights
{
    private readonly double[][] _rows;

    /// <param name="file">The file.</param>
    /// <param name="shape">The cell.</param>
    /// <param name="set">Weights, or gradients by them.</param>
    /// <param name="half">Which half.</param>
    /// <param name="suffix">What the names of a layer's weights end in, or begin with, where the file has several.</param>
    public GoldenWeights(GoldenFile file, CellShape shape, string set, int half, string suffix = "")
    {
        _rows = shape.Kind switch
        {
            CellKind.RevLstm => Torch(file, shape, set, half, ($"{suffix}zgfop", 5)),
            CellKind.NfRevLstm => Torch(file, shape, set, half, ($"{suffix}zgfop", 5))[shape.Half..(4 * shape.Half)],
            CellKind.RevGru or CellKind.NfRevGru => Torch(file, shape, set, half, ($"{suffix}zr", 2), ($"{suffix}g", 1)),
            CellKind.Lstm or CellKind.Elman => TorchTwoBiases(file, shape, set, suffix),
            CellKind.GruResetAfter => TorchGru(file, shape, set, suffix),
            CellKind.LeakyElman => Leaky(file, shape, set),
            CellKind.NestedLstm => Nested(file, shape, set),
            _ => TensorFlowGru(file, shape, set, suffix),
        };
        Half = shape.Half;
    }

    private int Half { get; }

    public double this[int gate, int unit, int column] => _rows[gate * Half + unit][column];

    public ReadOnlySpan<double> Row(int gate, int unit) => _rows[gate * Half + unit];

    /// <summary>Visits each weight of a layer with its place in the layer's parameters.</summary>
    public static void ForEach(GoldenFile file, LayerParameters layer, string set, Action<Parameter, int, int, double> take, string suffix = "")
    {
        GoldenWeights[] weights = [.. Enumerable.Range(0, layer.Shape.Halves).Select(half => new GoldenWeights(file, layer.Shape, set, half, suffix))];
        ForEach(layer, (half, gate, unit, column) => weights[half][gate, unit, column], take);
        for (var stage = 0; stage < layer.Inner.Length; stage++)
        {
            var (inner, kernel) = (layer.Inner[stage], file.Numbers(set, $"kernel{stage + 1}"));
            for (var i = 0; i < kernel.Length; i++)
                take(inner, i / inner.Columns, i % inner.Columns, kernel[i]);
        }
    }

    /// <summary>The same for the values that a function gives of half, gate, unit and column.</summary>
    public static void ForEach(LayerParameters layer, Func<int, int, int, int, double> value, Action<Parameter, int, int, double> take)
    {
        foreach (var place in LayerPlace.All(layer))
            take(place.Parameter, place.Row, place.ParameterColumn, value(place.Half, place.Gate, place.Unit, place.Column));
    }

    /// <summary>[out, in] with one bias.</summary>
    private static double[][] Torch(GoldenFile file, CellShape shape, string set, int half, params (string Name, int Gates)[] matrices)
    {
        var rows = new List<double[]>();
        foreach (var (name, gates) in matrices)
        {
            var weight = file.Numbers(set, $"{name}{half + 1}.weight");
            var bias = file.Numbers(set, $"{name}{half + 1}.bias");
            Assert.AreEqual(gates * shape.Half, bias.Length);
            for (var row = 0; row < bias.Length; row++)
                rows.Add([.. weight.AsSpan(row * (shape.Inputs + shape.Half), shape.Inputs + shape.Half), bias[row]]);
        }
        return [.. rows];
    }

    /// <summary>[out, in], inputs and hidden units apart, each with a bias: the sum is ours, and the gradient by either is that by ours.</summary>
    private static double[][] TorchTwoBiases(GoldenFile file, CellShape shape, string set, string suffix)
    {
        var input = file.Numbers(set, "weight_ih" + suffix);
        var hidden = file.Numbers(set, "weight_hh" + suffix);
        var inputBias = file.Numbers(set, "bias_ih" + suffix);
        var hiddenBias = file.Numbers(set, "bias_hh" + suffix);
        var rows = new double[inputBias.Length][];
        for (var row = 0; row < rows.Length; row++)
        {
            var bias = inputBias[row] + (set == "params" ? hiddenBias[row] : 0);
            rows[row] = [.. input.AsSpan(row * shape.Inputs, shape.Inputs), .. hidden.AsSpan(row * shape.Half, shape.Half), bias];
        }
        return rows;
    }

    /// <summary>[out, in]; of n's two parts, q reads the hidden units alone and n the inputs alone, with a bias each.</summary>
    private static double[][] TorchGru(GoldenFile file, CellShape shape, string set, string suffix)
    {
        var rows = TorchTwoBiases(file, shape, set, suffix);
        var inputBias = file.Numbers(set, "bias_ih" + suffix);
        var hiddenBias = file.Numbers(set, "bias_hh" + suffix);
        var first = 2 * shape.Units;
        double[] Row(int row, double[] bias) => [.. rows[row][..^1], bias[row]];
        return
        [
            .. rows[..first],
            .. Enumerable.Range(first, shape.Units).Select(row => Row(row, hiddenBias)),
            .. Enumerable.Range(first, shape.Units).Select(row => Row(row, inputBias)),
        ];
    }

    /// <summary>[in, out]; a level's forget bias is one more than the file's. Inner levels read neither inputs nor hidden units.</summary>
    private static double[][] Nested(GoldenFile file, CellShape shape, string set)
    {
        var width = NestedLstmSpec.Level * shape.Units;
        var inputs = shape.Inputs + shape.Units;
        return [.. Enumerable.Range(0, shape.GateCount * shape.Units).Select(row =>
        {
            var (level, column) = (row / width, row % width);
            var bias = file.Numbers(set, $"bias{level}")[column] + (set == "params" && column / shape.Units == 2 ? 1 : 0);
            var kernel = file.Numbers(set, "kernel0");
            return (double[])[.. Enumerable.Range(0, inputs).Select(i => level == 0 ? kernel[i * width + column] : 0), bias];
        })];
    }

    /// <summary>[out, in]; the leak itself, or the gradient by it, as that of its bias a: alpha = 1 / (1 + e^-a).</summary>
    private static double[][] Leaky(GoldenFile file, CellShape shape, string set)
    {
        var (input, hidden, bias) = (file.Numbers(set, "U"), file.Numbers(set, "W"), file.Numbers(set, "b"));
        var leaks = file.Numbers("params", "alpha");
        var ofLeak = file.Numbers(set, "alpha");
        double Bias(int unit) => set == "params" ? Math.Log(leaks[unit] / (1 - leaks[unit])) : ofLeak[unit] * leaks[unit] * (1 - leaks[unit]);
        return
        [
            .. Enumerable.Range(0, shape.Units).Select(unit =>
                (double[])[.. input.AsSpan(unit * shape.Inputs, shape.Inputs), .. hidden.AsSpan(unit * shape.Units, shape.Units), bias[unit]]),
            .. Enumerable.Range(0, shape.Units).Select(unit => (double[])[.. new double[shape.Inputs + shape.Units], Bias(unit)]),
        ];
    }

    /// <summary>[in, out]; the gates' matrix holds r, then z.</summary>
    private static double[][] TensorFlowGru(GoldenFile file, CellShape shape, string set, string prefix)
    {
        var gates = file.Numbers(set, prefix + "gates.kernel");
        var gatesBias = file.Numbers(set, prefix + "gates.bias");
        var candidate = file.Numbers(set, prefix + "cand.kernel");
        var candidateBias = file.Numbers(set, prefix + "cand.bias");
        var units = shape.Units;
        double[] Column(double[] kernel, double[] bias, int column) =>
            [.. Enumerable.Range(0, shape.Inputs + units).Select(row => kernel[row * bias.Length + column]), bias[column]];
        return
        [
            .. Enumerable.Range(0, units).Select(unit => Column(gates, gatesBias, units + unit)),
            .. Enumerable.Range(0, units).Select(unit => Column(gates, gatesBias, unit)),
            .. Enumerable.Range(0, units).Select(unit => Column(candidate, candidateBias, unit)),
        ];
    }
}
