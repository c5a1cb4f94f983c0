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
        (string Name, int Gates)[] matrices = shape.Kind == CellKind.RevLstm ? [("zgfop", 5)] : [("zr", 2), ("g", 1)];
        var rows = new List<double[]>();
        foreach (var (name, gates) in matrices)
        {
            var weight = file.Numbers(set, $"{name}{half + 1}.weight");
            var bias = file.Numbers(set, $"{name}{half + 1}.bias");
            Assert.AreEqual(gates * shape.Half, bias.Length);
            for (var row = 0; row < bias.Length; row++)
                rows.Add([.. weight.AsSpan(row * (shape.Inputs + shape.Half), shape.Inputs + shape.Half), bias[row]]);
        }
        _rows = [.. rows];
        Half = shape.Half;
    }

    private int Half { get; }

    public double this[int gate, int unit, int column] => _rows[gate * Half + unit][column];

    public ReadOnlySpan<double> Row(int gate, int unit) => _rows[gate * Half + unit];
}
