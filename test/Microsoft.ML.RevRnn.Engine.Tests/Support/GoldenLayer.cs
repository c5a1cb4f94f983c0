using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A <see cref="RecurrentLayer"/> with the weights, inputs and start states of a golden file, run as one chunk. Arrays are the file's: [T, B, I],
/// [T, B, H], [B, H].
/// </summary>
internal sealed unsafe class GoldenLayer : IDisposable
{
    private static readonly (string Prefix, CellKind Kind)[] _kinds =
    [
        ("revlstm", CellKind.RevLstm), ("revgru", CellKind.RevGru), ("nfrevlstm", CellKind.NfRevLstm), ("nfrevgru", CellKind.NfRevGru), ("lstm", CellKind.Lstm),
        ("gru_torch", CellKind.GruResetAfter), ("gru", CellKind.Gru), ("rnn", CellKind.Elman), ("leaky", CellKind.LeakyElman), ("nested_lstm", CellKind.NestedLstm),
    ];

    private readonly GoldenFile _file;
    private readonly LayerParameters _parameters;
    private readonly RecurrentLayer _layer;
    private readonly LayerRecord _record;
    private readonly Device _device;
    private readonly Chunk _chunk;
    private readonly NativeBuffer<float> _inputs;
    private readonly NativeBuffer<float> _inputGradient;
    private readonly NativeBuffer<float> _outputGradient;

    public GoldenLayer(GoldenFile file, CellArithmetic arithmetic, SimdWidth width)
    {
        _file = file;
        Shape = ShapeOf(file);
        Steps = file.Int("T");
        Rows = file.Int("B");
        Inputs = Shape.Inputs;
        _device = new Device(threads: 1, width);
        _record = new LayerRecord(Shape, meter: null);
        var stride = PackedMatrix.RoundUp(Inputs);
        _parameters = new LayerParameters("golden", Shape, Parameter.Identity(Inputs), stride);
        GoldenWeights.ForEach(file, _parameters, "params", (parameter, row, column, value) => parameter.At(row, column) = (float)value);
        _layer = new RecurrentLayer(_parameters, Limit(file.Has("max_forget") ? file.Number("max_forget") : 1), arithmetic, _device);
        foreach (var parameter in _parameters.All)
            parameter.EnableGradient();
        _layer.PrepareTraining();
        _layer.PackWeights(forTraining: true, _device.Team, 0);

        var batch = new PackedBatch();
        batch.Fill([.. Enumerable.Repeat(new int[Steps], Rows)], Parameter.Identity(Rows), 0);
        _chunk = new Chunk(batch, 0, 0, Steps);
        _inputs = new NativeBuffer<float>((long)Steps * Rows * stride);
        _inputGradient = new NativeBuffer<float>((long)Steps * Rows * stride);
        _outputGradient = new NativeBuffer<float>((long)Steps * Rows * Shape.StateStride);
        var x = file.Numbers("x");
        for (var i = 0; i < x.Length; i++)
            _inputs.Pointer[i / Inputs * stride + i % Inputs] = (float)x[i];
    }

    public CellShape Shape { get; }

    public int Steps { get; }

    public int Rows { get; }

    public int Inputs { get; }

    public RecurrentLayer Layer => _layer;

    public LayerParameters Parameters => _parameters;

    /// <summary>By what a file's name begins with; levels are counted.</summary>
    public static CellShape ShapeOf(GoldenFile file)
    {
        var name = file.Text(file.Has("kind") ? "kind" : "name").Replace("nf_", "nf", StringComparison.Ordinal);
        var kind = _kinds.First(pair => name.StartsWith(pair.Prefix, StringComparison.OrdinalIgnoreCase)).Kind;
        var spec = kind == CellKind.NestedLstm ? NestedLstmSpec.Of(Enumerable.Range(1, CellSpec.MostStates).First(level => !file.Has("params", $"kernel{level}"))) : CellSpec.Of(kind);
        return new CellShape(spec, file.Int("I"), file.Int("H"));
    }

    /// <summary>Runs all steps from start states [B, H], in the order of the cell's, given in the bits of the layer's arithmetic.</summary>
    public void Forward(int[][] states, bool keepsLostBits)
    {
        Begin(states, keepsLostBits);
        _layer.PrepareChunk(_chunk, _record, backward: false);
        _layer.MultiplyInputs(_inputs.Pointer, _record.Gates.Pointer, _chunk.FlatRows);
        _layer.Forward(_chunk, _record, _chunk.Part(0, Rows));
    }

    /// <summary>
    /// The states [B, H] before the first step and after each, in the bits of the layer's arithmetic: [moment][state]. Runs the steps one by one, which changes
    /// no bit.
    /// </summary>
    public int[][][] StatesOfEachStep(int[][] states)
    {
        var moments = new List<int[][]> { states };
        Begin(states, keepsLostBits: true);
        using var record = new LayerRecord(Shape, meter: null);
        for (var t = 0; t < Steps; t++)
        {
            var step = new Chunk(_chunk.Batch, t, t, 1);
            _layer.PrepareChunk(step, record, backward: false);
            _layer.MultiplyInputs(_inputs.Pointer + (nint)_chunk.FlatRow(t) * _parameters.InputStride, record.Gates.Pointer, step.FlatRows);
            _layer.Forward(step, record, step.Part(0, Rows));
            moments.Add([.. Enumerable.Range(0, Shape.StateCount).Select(StateNow)]);
        }
        return [.. moments];
    }

    /// <summary>[B, half, gate, P] gates of a step, until the backward pass.</summary>
    public double[] Gates(int step)
    {
        var gates = new double[Rows * Shape.Halves * Shape.GateCount * Shape.Half];
        for (var i = 0; i < gates.Length; i++)
        {
            var (unit, gate, half) = (i % Shape.Half, i / Shape.Half % Shape.GateCount, i / Shape.Half / Shape.GateCount);
            var row = (nint)(_chunk.FlatRow(step) + half / Shape.Halves) * Shape.GateRow;
            gates[i] = _record.Gates.Pointer[row + half % Shape.Halves * Shape.GateStride + gate * Shape.BlockStride + unit];
        }
        return gates;
    }

    /// <summary>Goes back over all steps, which gives the gates and states again.</summary>
    public void Reverse()
    {
        new Span<float>(_record.Hidden.Pointer, _chunk.SlotRows * Shape.StateStride).Fill(float.NaN);
        _layer.PrepareChunk(_chunk, _record, backward: true);
        _layer.MultiplyInputs(_inputs.Pointer, _record.Gates.Pointer, _chunk.FlatRows);
        _layer.Reverse(_chunk, _record, _chunk.Part(0, Rows));
    }

    public double OptimalBits() => _layer.OptimalBits(_record, 0, _chunk.FlatRows);

    /// <summary>All gradients from those by the outputs [T, B, H] and the final states [B, H].</summary>
    public void Backward(double[] outputGradient, double[][] stateGradients)
    {
        _layer.PrepareChunk(_chunk, _record, backward: true);
        _layer.BeginBackward(Rows);
        for (var state = 0; state < Shape.StateCount; state++)
        {
            for (var i = 0; i < Rows * Shape.Units; i++)
                _layer.StateGradient(state)[StatePosition(i)] = (float)stateGradients[state][i];
        }
        for (var i = 0; i < outputGradient.Length; i++)
            _outputGradient.Pointer[StatePosition(i)] = (float)outputGradient[i];
        _layer.Backward(_chunk, _record, _outputGradient.Pointer, float.PositiveInfinity, _chunk.Part(0, Rows));
        _layer.WeightGradient(_chunk, _record, _inputs.Pointer, null, _device.Team, 0);
        _layer.InputGradient(_record.Gates.Pointer, _inputGradient.Pointer, _chunk.FlatRows);
    }

    /// <summary>[B, H] hidden states after a step, as floats.</summary>
    public double[] HiddenAfter(int step) => StateAfter(CellSpec.HiddenState, step);

    /// <summary>[B, H] states after a step, as floats.</summary>
    public double[] StateAfter(int state, int step)
    {
        var slot = _record.States[state].Pointer + (nint)_chunk.SlotAfter(step) * Shape.StateStride;
        return [.. Positions.Select(position => (double)slot[position])];
    }

    /// <summary>[B, H] states now, in the bits of the layer's arithmetic.</summary>
    public int[] StateNow(int state) => [.. Positions.Select(position => _layer.State(state)[position])];

    /// <summary>[T, B, I].</summary>
    public double[] InputGradients()
    {
        var gradients = new double[Steps * Rows * Inputs];
        for (var i = 0; i < gradients.Length; i++)
            gradients[i] = _inputGradient.Pointer[i / Inputs * _parameters.InputStride + i % Inputs];
        return gradients;
    }

    /// <summary>[B, H] gradient by a state before the first step.</summary>
    public double[] StartGradients(int state) => [.. Positions.Select(position => (double)_layer.StateGradient(state)[position])];

    /// <summary>Each of the file's parameter gradients beside the layer's.</summary>
    public (double[] Expected, double[] Actual) ParameterGradients() =>
        ParameterGradients(take => GoldenWeights.ForEach(_file, _parameters, "grad_params", take));

    /// <summary>Each parameter gradient that a function gives of half, gate, unit and column beside the layer's.</summary>
    public (double[] Expected, double[] Actual) ParameterGradients(Func<int, int, int, int, double> expected) =>
        ParameterGradients(take => GoldenWeights.ForEach(_parameters, expected, take));

    /// <summary>Gradients that belong to no weight; the others are zeroed.</summary>
    public IEnumerable<float> PaddingGradients()
    {
        var gradients = new List<float>();
        foreach (var parameter in _parameters.All)
        {
            for (var row = 0; row < parameter.Rows; row++)
            {
                for (var column = 0; column < parameter.Columns; column++)
                    parameter.Gradients[(int)(Unsafe.ByteOffset(ref parameter.Values[0], ref parameter.At(row, column)) / sizeof(float))] = 0;
            }
            gradients.AddRange(parameter.Gradients);
        }
        return gradients;
    }

    public void Dispose()
    {
        _layer.Dispose();
        _parameters.Dispose();
        _record.Dispose();
        _device.Dispose();
        _inputs.Dispose();
        _inputGradient.Dispose();
        _outputGradient.Dispose();
    }

    private static (double[] Expected, double[] Actual) ParameterGradients(Action<Action<Parameter, int, int, double>> visit)
    {
        var expected = new List<double>();
        var actual = new List<double>();
        visit((parameter, row, column, value) =>
        {
            expected.Add(value);
            actual.Add(parameter.GradientAt(row, column));
        });
        return ([.. expected], [.. actual]);
    }

    /// <summary>The limit of which m of z = m sigmoid(a) + (1 - m) is what is given.</summary>
    public static ForgettingLimit Limit(double range) => range == 1 ? ForgettingLimit.None : (ForgettingLimit)(int)Math.Round(-Math.Log2(1 - range));

    private void Begin(int[][] states, bool keepsLostBits)
    {
        _layer.Begin(Rows, keepsLostBits);
        for (var state = 0; state < Shape.StateCount; state++)
        {
            for (var i = 0; i < Rows * Shape.Units; i++)
                _layer.State(state)[StatePosition(i)] = states[state][i];
        }
    }

    private int StatePosition(int index) => index / Shape.Units * Shape.StateStride + Shape.StateIndex(index % Shape.Units);

    private IEnumerable<int> Positions => Enumerable.Range(0, Rows * Shape.Units).Select(StatePosition);
}
