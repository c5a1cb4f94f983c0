using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The matrices of one half of a golden file's cell, or the gradients by them: [gate, unit, column]. Columns are the I inputs, the P hidden units
/// of the other half, and the bias.
/// </summary>
internal sealed class GoldenWeights
{
    private readonly double[][] _rows;

    public GoldenWeights(GoldenFile file, CellShape shape, string set, int half)
    {
        _rows = shape.Kind switch
        {
            CellKind.RevLstm => Torch(file, shape, set, half, ("zgfop", 5)),
            CellKind.NfRevLstm => Torch(file, shape, set, half, ("zgfop", 5))[shape.Half..(4 * shape.Half)],
            CellKind.RevGru or CellKind.NfRevGru => Torch(file, shape, set, half, ("zr", 2), ("g", 1)),
            CellKind.Lstm or CellKind.Elman => TorchTwoBiases(file, shape, set),
            CellKind.GruResetAfter => TorchGru(file, shape, set),
            _ => TensorFlowGru(file, shape, set),
        };
        Half = shape.Half;
    }

    private int Half { get; }

    public double this[int gate, int unit, int column] => _rows[gate * Half + unit][column];

    public ReadOnlySpan<double> Row(int gate, int unit) => _rows[gate * Half + unit];

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
    private static double[][] TorchTwoBiases(GoldenFile file, CellShape shape, string set)
    {
        var input = file.Numbers(set, "weight_ih");
        var hidden = file.Numbers(set, "weight_hh");
        var inputBias = file.Numbers(set, "bias_ih");
        var hiddenBias = file.Numbers(set, "bias_hh");
        var rows = new double[inputBias.Length][];
        for (var row = 0; row < rows.Length; row++)
        {
            var bias = inputBias[row] + (set == "params" ? hiddenBias[row] : 0);
            rows[row] = [.. input.AsSpan(row * shape.Inputs, shape.Inputs), .. hidden.AsSpan(row * shape.Half, shape.Half), bias];
        }
        return rows;
    }

    /// <summary>[out, in]; of n's two parts, q reads the hidden units alone and n the inputs alone, with a bias each.</summary>
    private static double[][] TorchGru(GoldenFile file, CellShape shape, string set)
    {
        var rows = TorchTwoBiases(file, shape, set);
        var inputBias = file.Numbers(set, "bias_ih");
        var hiddenBias = file.Numbers(set, "bias_hh");
        var first = 2 * shape.Units;
        double[] Row(int row, double[] bias) => [.. rows[row][..^1], bias[row]];
        return
        [
            .. rows[..first],
            .. Enumerable.Range(first, shape.Units).Select(row => Row(row, hiddenBias)),
            .. Enumerable.Range(first, shape.Units).Select(row => Row(row, inputBias)),
        ];
    }

    /// <summary>[in, out]; the gates' matrix holds r, then z.</summary>
    private static double[][] TensorFlowGru(GoldenFile file, CellShape shape, string set)
    {
        var gates = file.Numbers(set, "gates.kernel");
        var gatesBias = file.Numbers(set, "gates.bias");
        var candidate = file.Numbers(set, "cand.kernel");
        var candidateBias = file.Numbers(set, "cand.bias");
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
