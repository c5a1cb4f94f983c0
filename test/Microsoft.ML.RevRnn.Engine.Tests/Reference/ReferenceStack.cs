using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Embedding and unquantised reversible layers, with or without skips, in plain double-precision loops, with parameters copied from the engine's and
/// free to be changed.
/// </summary>
internal abstract class ReferenceStack
{
    private readonly EncoderParameters _parameters;
    private readonly NetworkOptions _options;
    private readonly double _range;
    private readonly Dictionary<Parameter, double[]> _values = [];

    protected ReferenceStack(EncoderParameters parameters, IEnumerable<Parameter> all)
    {
        _parameters = parameters;
        _options = parameters.Shape.Options;
        _range = _options.ForgettingLimit == ForgettingLimit.None ? 1 : 1 - Math.Pow(2, -(int)_options.ForgettingLimit);
        foreach (var parameter in all)
        {
            var values = new double[parameter.Rows * parameter.Columns];
            for (var i = 0; i < values.Length; i++)
                values[i] = parameter.At(i / parameter.Columns, i % parameter.Columns);
            _values.Add(parameter, values);
        }
    }

    protected int Units => _parameters.Shape.Top.Units;

    /// <summary>The parameter's values here, [rows, columns].</summary>
    public double[] Values(Parameter parameter) => _values[parameter];

    /// <summary>The top layer's hidden state [H] after each token; of the second direction as it reads them, from the last.</summary>
    protected double[][] Outputs(int[] tokens, int direction = 0)
    {
        var layers = _parameters.Stacks[direction].Layers;
        if (direction == 1)
            tokens = [.. tokens.AsEnumerable().Reverse()];
        var embedding = _values[_parameters.Embedding.Value];
        var vectors = Array.ConvertAll(tokens, token => embedding.AsSpan(token * _options.EmbeddingSize, _options.EmbeddingSize).ToArray());
        for (var layer = 0; layer < layers.Length; layer++)
        {
            var inputs = vectors;
            vectors = Run(layers[layer], inputs);
            if (_options.SkipConnections && layer < layers.Length - 1 && vectors[0].Length == inputs[0].Length)
                vectors = [.. vectors.Zip(inputs, (output, input) => (double[])[.. output.Zip(input, (h, x) => h + x)])];
        }
        return vectors;
    }

    private double[][] Run(LayerParameters layer, double[][] inputs)
    {
        var units = layer.Shape.Units;
        var half = layer.Shape.Half;
        var hidden = new double[units];
        var cell = new double[units];
        var outputs = new double[inputs.Length][];
        for (var t = 0; t < inputs.Length; t++)
        {
            for (var part = 0; part < 2; part++)
            {
                var other = hidden.AsSpan((1 - part) * half, half).ToArray();
                for (var unit = 0; unit < half; unit++)
                {
                    var i = part * half + unit;
                    if (layer.Shape.Kind == CellKind.RevLstm)
                    {
                        cell[i] = Limited(Sum(layer, part, 0, unit, inputs[t], other)) * cell[i]
                            + Sigmoid(Sum(layer, part, 2, unit, inputs[t], other)) * Math.Tanh(Sum(layer, part, 1, unit, inputs[t], other));
                        hidden[i] = Limited(Sum(layer, part, 4, unit, inputs[t], other)) * hidden[i]
                            + Sigmoid(Sum(layer, part, 3, unit, inputs[t], other)) * Math.Tanh(cell[i]);
                    }
                    else if (layer.Shape.Kind == CellKind.NfRevLstm)
                    {
                        cell[i] += Sigmoid(Sum(layer, part, 1, unit, inputs[t], other)) * Math.Tanh(Sum(layer, part, 0, unit, inputs[t], other));
                        hidden[i] += Sigmoid(Sum(layer, part, 2, unit, inputs[t], other)) * Math.Tanh(cell[i]);
                    }
                    else if (layer.Shape.Kind == CellKind.RevLeaky)
                    {
                        var z = Limited(Sum(layer, part, RevLeakySpec.Z, unit, inputs[t], other));
                        hidden[i] = z * hidden[i] + (1 - z) * Math.Tanh(Sum(layer, part, RevLeakySpec.G, unit, inputs[t], other));
                    }
                    else
                    {
                        var reset = new double[half];
                        for (var k = 0; k < half; k++)
                            reset[k] = Sigmoid(Sum(layer, part, 1, k, inputs[t], other)) * other[k];
                        var z = Limited(Sum(layer, part, 0, unit, inputs[t], other));
                        var kept = layer.Shape.Kind == CellKind.NfRevGru ? 1 : z;
                        hidden[i] = kept * hidden[i] + (1 - z) * Math.Tanh(Sum(layer, part, 2, unit, inputs[t], reset));
                    }
                }
            }
            outputs[t] = [.. hidden];
        }
        return outputs;
    }

    private double Sum(LayerParameters layer, int part, int gate, int unit, double[] x, double[] hidden)
    {
        var gates = layer.Shape.Spec.Gates;
        // Places among the gates that have weights of a kind, and how many of these there are.
        int Column(Func<GateSpec, bool> has) => gates.Take(gate).Count(has) * layer.Shape.Half + unit;
        int Columns(Func<GateSpec, bool> has) => gates.Count(has) * layer.Shape.Half;
        var sum = _values[layer.Bias][part * Columns(_ => true) + Column(_ => true)];
        var (columns, column) = (Columns(gate => gate.ReadsInput), Column(gate => gate.ReadsInput));
        for (var i = 0; i < x.Length && gates[gate].ReadsInput; i++)
            sum += _values[layer.Input][i * 2 * columns + part * columns + column] * x[i];
        (columns, column) = (Columns(gate => gate.ReadsHidden), Column(gate => gate.ReadsHidden));
        for (var i = 0; i < hidden.Length && gates[gate].ReadsHidden; i++)
            sum += _values[layer.Hidden[part]][i * columns + column] * hidden[i];
        return sum;
    }

    private double Limited(double a) => _range * Sigmoid(a) + (1 - _range);

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));
}
