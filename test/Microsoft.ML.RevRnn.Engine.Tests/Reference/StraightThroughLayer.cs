using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// RevLSTM and RevGRU in double precision along given states: the gates and updates of each step at the states that another implementation went through, and the
/// gradient along them. It goes straight through the roundings: d/ds of a product with a gate Z is Z / 1024, d/dz is s, and all else is as if nothing were rounded.
/// </summary>
/// <remarks>
/// States are [state][B, H] in fixed point, in the order of the cell's; gates [B, half, gate, P]; a half's weights are rows of a gate's unit, whose columns are the
/// inputs, the hidden units of the other half, and the bias.
/// </remarks>
internal sealed class StraightThroughLayer
{
    public const double StateOne = 1 << 23;

    private readonly CellShape _shape;
    private readonly double _range;
    private readonly int _maximumGate;
    private readonly GoldenWeights[] _weights;

    public StraightThroughLayer(GoldenFile file, CellShape shape, int maximumGate)
    {
        _shape = shape;
        _range = file.Number("max_forget");
        _maximumGate = maximumGate;
        _weights = [new(file, shape, "params", 0), new(file, shape, "params", 1)];
        WeightGradients = [.. _weights.Select(_ => Rows(shape.GateCount * shape.Half, shape.Inputs + shape.Half + 1))];
    }

    /// <summary>[half][gate P + unit][column].</summary>
    public double[][][] WeightGradients { get; }

    /// <summary>The states in the order in which a step updates them, each with its forget gate.</summary>
    public (int State, int Gate)[] Updates => _shape.Kind == CellKind.RevLstm
        ? [(RevLstmSpec.C, RevLstmSpec.Z), (RevLstmSpec.H, RevLstmSpec.P)]
        : [(RevGruSpec.H, RevGruSpec.Z)];

    public int GateIndex(int row, int half, int gate, int unit) => ((row * 2 + half) * _shape.GateCount + gate) * _shape.Half + unit;

    public int StateIndex(int row, int half, int unit) => row * _shape.Units + half * _shape.Half + unit;

    public int Quantize(double gate) => Math.Max(1, Math.Min(_maximumGate, (int)Math.Round(gate * 1024, MidpointRounding.ToEven)));

    /// <summary>The gates of a step with inputs [B, I]: half 1 reads the other half's hidden state before the step, half 2 that after it.</summary>
    public double[] Gates(double[] inputs, int[][] before, int[][] after)
    {
        var rows = before[0].Length / _shape.Units;
        var gates = new double[rows * 2 * _shape.GateCount * _shape.Half];
        for (var row = 0; row < rows; row++)
        {
            for (var half = 0; half < 2; half++)
            {
                var read = Read(row, half, before, after);
                for (var gate = 0; gate < _shape.GateCount; gate++)
                {
                    var hidden = ReadsReset(gate) ? Reset(gates, row, half, read) : read;
                    for (var unit = 0; unit < _shape.Half; unit++)
                        gates[GateIndex(row, half, gate, unit)] = Activate(gate, Sum(half, gate, unit, Inputs(inputs, row), hidden));
                }
            }
        }
        return gates;
    }

    /// <summary>What a step adds to a state.</summary>
    public double Addend(double[] gates, int[][] after, int state, int row, int half, int unit)
    {
        double Gate(int gate) => gates[GateIndex(row, half, gate, unit)];
        if (_shape.Kind == CellKind.RevGru)
            return (1 - Gate(RevGruSpec.Z)) * Gate(RevGruSpec.G);
        return state == RevLstmSpec.C
            ? Gate(RevLstmSpec.F) * Gate(RevLstmSpec.G)
            : Gate(RevLstmSpec.O) * Math.Tanh(after[RevLstmSpec.C][StateIndex(row, half, unit)] / StateOne);
    }

    /// <summary>
    /// Goes back over a step: <paramref name="gradients"/> by the states after it become those by the states before it, and the weights' are added to.
    /// </summary>
    /// <returns>The gradient by the inputs.</returns>
    public double[] Backward(double[] inputs, double[] gates, int[][] before, int[][] after, double[][] gradients)
    {
        var rows = before[0].Length / _shape.Units;
        var inputGradient = new double[inputs.Length];
        for (var half = 1; half >= 0; half--)
        {
            for (var row = 0; row < rows; row++)
            {
                var read = Read(row, half, before, after);
                var readGradient = new double[_shape.Half];
                var slopes = Rows(_shape.GateCount, _shape.Half);
                for (var unit = 0; unit < _shape.Half; unit++)
                    BackwardUnit(gates, before, after, gradients, slopes, row, half, unit);
                // The gates that read the reset state come last, and the reset gate's gradient comes of theirs.
                for (var gate = _shape.GateCount - 1; gate >= 0; gate--)
                    BackwardGate(gate);
                for (var unit = 0; unit < _shape.Half; unit++)
                    gradients[CellSpec.HiddenState][StateIndex(row, 1 - half, unit)] += readGradient[unit];

                void BackwardGate(int gate)
                {
                    var hidden = ReadsReset(gate) ? Reset(gates, row, half, read) : read;
                    var hiddenGradient = new double[_shape.Half];
                    for (var unit = 0; unit < _shape.Half; unit++)
                    {
                        var d = slopes[gate][unit];
                        var weights = _weights[half].Row(gate, unit);
                        var target = WeightGradients[half][gate * _shape.Half + unit];
                        for (var i = 0; i < _shape.Inputs; i++)
                        {
                            target[i] += d * inputs[row * _shape.Inputs + i];
                            inputGradient[row * _shape.Inputs + i] += d * weights[i];
                        }
                        for (var i = 0; i < _shape.Half; i++)
                        {
                            target[_shape.Inputs + i] += d * hidden[i];
                            hiddenGradient[i] += d * weights[_shape.Inputs + i];
                        }
                        target[^1] += d;
                    }
                    for (var unit = 0; unit < _shape.Half; unit++)
                    {
                        if (!ReadsReset(gate))
                        {
                            readGradient[unit] += hiddenGradient[unit];
                            continue;
                        }
                        var r = gates[GateIndex(row, half, RevGruSpec.R, unit)];
                        readGradient[unit] += r * hiddenGradient[unit];
                        slopes[RevGruSpec.R][unit] += hiddenGradient[unit] * read[unit] * r * (1 - r);
                    }
                }
            }
        }
        return inputGradient;
    }

    /// <summary>From the gradients by a unit's new states to those by its old ones, in place, and by the pre-activations of its gates.</summary>
    private void BackwardUnit(double[] gates, int[][] before, int[][] after, double[][] gradients, double[][] slopes, int row, int half, int unit)
    {
        var index = StateIndex(row, half, unit);
        double Gate(int gate) => gates[GateIndex(row, half, gate, unit)];
        ref var h = ref gradients[CellSpec.HiddenState][index];
        var hidden = before[CellSpec.HiddenState][index] / StateOne;
        if (_shape.Kind == CellKind.RevGru)
        {
            var (z, g) = (Gate(RevGruSpec.Z), Gate(RevGruSpec.G));
            slopes[RevGruSpec.Z][unit] = h * (hidden - g) * LimitedSlope(z);
            slopes[RevGruSpec.G][unit] = h * (1 - z) * (1 - g * g);
            h *= Quantize(z) / 1024.0;
            return;
        }
        ref var c = ref gradients[RevLstmSpec.C][index];
        var (f, candidate, o) = (Gate(RevLstmSpec.F), Gate(RevLstmSpec.G), Gate(RevLstmSpec.O));
        var activation = Math.Tanh(after[RevLstmSpec.C][index] / StateOne);
        slopes[RevLstmSpec.O][unit] = h * activation * o * (1 - o);
        slopes[RevLstmSpec.P][unit] = h * hidden * LimitedSlope(Gate(RevLstmSpec.P));
        c += h * o * (1 - activation * activation);
        h *= Quantize(Gate(RevLstmSpec.P)) / 1024.0;
        slopes[RevLstmSpec.Z][unit] = c * before[RevLstmSpec.C][index] / StateOne * LimitedSlope(Gate(RevLstmSpec.Z));
        slopes[RevLstmSpec.G][unit] = c * f * (1 - candidate * candidate);
        slopes[RevLstmSpec.F][unit] = c * candidate * f * (1 - f);
        c *= Quantize(Gate(RevLstmSpec.Z)) / 1024.0;
    }

    private bool ReadsReset(int gate) => _shape.Kind == CellKind.RevGru && gate == RevGruSpec.G;

    private double[] Reset(double[] gates, int row, int half, double[] read) =>
        [.. read.Select((value, unit) => gates[GateIndex(row, half, RevGruSpec.R, unit)] * value)];

    private double[] Read(int row, int half, int[][] before, int[][] after)
    {
        var states = (half == 0 ? before : after)[CellSpec.HiddenState].AsSpan(StateIndex(row, 1 - half, 0), _shape.Half);
        return Array.ConvertAll(states.ToArray(), state => state / StateOne);
    }

    private ReadOnlySpan<double> Inputs(double[] inputs, int row) => inputs.AsSpan(row * _shape.Inputs, _shape.Inputs);

    private double Sum(int half, int gate, int unit, ReadOnlySpan<double> x, double[] hidden)
    {
        var row = _weights[half].Row(gate, unit);
        var sum = row[^1];
        for (var i = 0; i < x.Length; i++)
            sum += row[i] * x[i];
        for (var i = 0; i < hidden.Length; i++)
            sum += row[x.Length + i] * hidden[i];
        return sum;
    }

    private double Activate(int gate, double a) => _shape.Spec.Gates[gate].Activation switch
    {
        GateActivation.Tanh => Math.Tanh(a),
        GateActivation.LimitedSigmoid => _range / (1 + Math.Exp(-a)) + (1 - _range),
        _ => 1 / (1 + Math.Exp(-a)),
    };

    private double LimitedSlope(double z) => (z - (1 - _range)) * (1 - z) / _range;

    private static double[][] Rows(int rows, int columns) => [.. Enumerable.Range(0, rows).Select(_ => new double[columns])];
}
