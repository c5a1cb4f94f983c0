using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// A layer as ONNX: one matrix product of all steps' inputs, then a Scan, whose body is the cell: it takes the states and a step's products [N, D G P] of inputs (D halves of G gates
/// of P units each), and gives the states after the step, and h.
/// </summary>
/// <param name="graph">The graph that it becomes a part of.</param>
/// <param name="layer">Its weights.</param>
/// <param name="arithmetic">How states of a reversible cell are held.</param>
/// <param name="limit">The forgetting limit.</param>
internal sealed class OnnxLayer(OnnxGraph graph, LayerParameters layer, OnnxArithmetic arithmetic, ForgettingLimit limit)
{
    private readonly string _name = layer.Input.Name[..^".input".Length];
    private readonly string _cell = layer.Input.Name[..^"input".Length] + "cell";
    private readonly CellShape _shape = layer.Shape;
    private readonly CellSpec _spec = layer.Shape.Spec;

    public OnnxElement StateType => OnnxHalf.StateType(_spec, arithmetic);

    /// <summary>States as they are at the beginning, zeros: each [N, P], the halves of the first state, then those of the next.</summary>
    public string[] Zeros(string batch)
    {
        var zero = StateType == OnnxElement.Double ? OnnxTensor.Of([0.0], 1) : OnnxTensor.Of([0f], 1);
        var state = graph.Add("ConstantOfShape", [graph.Join(0, batch, graph.Integers(_shape.Half))], OnnxAttribute.Of("value", zero));
        return [.. Enumerable.Repeat(state, _spec.States.Count * _shape.Halves)];
    }

    /// <param name="inputs">x: [T, N, I].</param>
    /// <param name="states">States to start from, as <see cref="Zeros"/> gives them.</param>
    /// <param name="mask">[T, N, 1], whether a row has the step; states stay as they are where not. Null where nobody asks for states past a row's end.</param>
    /// <returns>h [T, N, H], and the states at the end.</returns>
    public (string Outputs, string[] States) Add(string inputs, string[] states, string? mask = null)
    {
        var width = _shape.Halves * _shape.GateCount * _shape.Half;
        var weight = graph.Constant($"{_name}.input", () => OnnxTensor.Of(layer.Input, width, InputColumn, _shape.Inputs, width));
        var bias = graph.Constant($"{_name}.bias", () => OnnxTensor.Of(layer.Bias));
        var products = graph.Add("Add", [graph.Add("MatMul", [inputs, weight]), bias]);
        string[] scanned = mask == null ? [products] : [products, mask];
        var made = graph.AddMany(
            "Scan", [.. states, .. scanned], states.Length + 1, OnnxAttribute.Of("body", CreateBody(states.Length, mask != null)), OnnxAttribute.Of("num_scan_inputs", scanned.Length));
        return (made[^1], made[..^1]);
    }

    private OnnxGraph CreateBody(int stateCount, bool isMasked)
    {
        var body = new OnnxGraph(_cell, graph.Opset);
        string[] names = [.. _spec.States.SelectMany(state => Enumerable.Range(1, _shape.Halves).Select(half => $"{_cell}.{state}{half}"))];
        foreach (var state in names)
            body.Input(state, StateType, "N", _shape.Half);
        var products = body.Input($"{_cell}.products", OnnxElement.Single, "N", _shape.Halves * _shape.GateCount * _shape.Half);
        var mask = isMasked ? body.Input($"{_cell}.mask", OnnxElement.Boolean, "N", 1) : null;
        var outputs = Step(body, products, names, out var after);
        for (var i = 0; i < stateCount; i++)
            body.Output(mask == null ? after[i] : body.Add("Where", [mask, after[i], names[i]]), names[i] + ".after", StateType, "N", _shape.Half);
        body.Output(body.Join(1, outputs), $"{_cell}.outputs", OnnxElement.Single, "N", _shape.Units);
        return body;
    }

    /// <summary>Half 1 reads the old second half of h, half 2 the new first one; a single half reads itself.</summary>
    private string[] Step(OnnxGraph body, string products, string[] before, out string[] after)
    {
        var halves = _shape.Halves;
        var runs = Runs();
        var parts = body.Split(products, 1, [.. Enumerable.Repeat(runs, halves).SelectMany(half => half.Select(run => (long)run.Count * _shape.Half))]);
        var (hidden, outputs) = (new string[halves], new string[halves]);
        after = [.. before];
        for (var half = 0; half < halves; half++)
        {
            var read = half == 0 ? OnnxHalf.ToFloat(body, before[halves - 1], _spec, arithmetic) : hidden[0];
            string[] states = [.. Enumerable.Range(0, _spec.States.Count).Select(state => before[state * halves + half])];
            var gates = Gates(body, runs, parts[(half * runs.Count)..((half + 1) * runs.Count)], read, half);
            AddStages(body, gates, states);
            var equations = new OnnxHalf(body, _spec, arithmetic, gates, states);
            OnnxEquations.Update(equations);
            for (var state = 0; state < states.Length; state++)
                after[state * halves + half] = states[state];
            hidden[half] = equations.After(CellSpec.HiddenState);
            outputs[half] = equations.After(_spec.OutputState);
        }
        return outputs;
    }

    /// <summary>The gates; those of stages are sums yet, as far as they do not depend on other gates.</summary>
    private string[] Gates(OnnxGraph body, IReadOnlyList<GateRun> runs, string[] products, string read, int half)
    {
        var gates = new string[_shape.GateCount];
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            var source = _spec.Gates[run.First].Source;
            // The reset gate is of an earlier run: it has been activated.
            var factor = source == GateSource.InputAndResetHidden ? body.Add("Mul", [gates[_spec.ResetGate], read]) : read;
            var sum = !_spec.Gates[run.First].ReadsHidden ? products[i] : body.Add("Add", [products[i], body.Add("MatMul", [factor, Hidden(body, run, half)])]);
            var parts = body.Split(sum, 1, [.. Enumerable.Repeat((long)_shape.Half, run.Count)]);
            for (var gate = 0; gate < run.Count; gate++)
                gates[run.First + gate] = IsStaged(run.First + gate) ? parts[gate] : Activate(body, parts[gate], _spec.Gates[run.First + gate].Activation);
        }
        return gates;
    }

    private bool IsStaged(int gate) => _spec.Stages.Any(stage => stage.Gates.Contains(gate));

    /// <summary>Completes the gates of further products within the step, one stage after the other.</summary>
    private void AddStages(OnnxGraph body, string[] gates, string[] states)
    {
        for (var s = 0; s < _spec.Stages.Count; s++)
        {
            var run = _spec.Stages[s].Gates;
            var inner = layer.Inner[s];
            var weight = body.Constant($"inner{s + 1}", () => OnnxTensor.Of(inner, inner.Columns, column => column, inner.Rows, inner.Columns));
            var product = body.Add("MatMul", [body.Join(1, OnnxEquations.Derive(body, _spec, s, gates, states)), weight]);
            var parts = body.Split(product, 1, [.. Enumerable.Repeat((long)_shape.Half, run.Count)]);
            for (var gate = 0; gate < run.Count; gate++)
                gates[run.First + gate] = Activate(body, body.Add("Add", [gates[run.First + gate], parts[gate]]), _spec.Gates[run.First + gate].Activation);
        }
    }

    private string Activate(OnnxGraph body, string value, GateActivation activation)
    {
        var range = limit == ForgettingLimit.None || !_shape.IsReversible ? 1f : 1f - MathF.ScaleB(1f, -(int)limit);
        return activation switch
        {
            GateActivation.None => value,
            GateActivation.Tanh => body.Add("Tanh", [value]),
            GateActivation.Sigmoid => body.Add("Sigmoid", [value]),
            GateActivation.LimitedSigmoid => body.Add(
                "Add", [body.Add("Mul", [body.Number("range", range), body.Add("Sigmoid", [value])]), body.Number("leastGate", 1 - range)]),
            _ => throw new NotSupportedException($"The activation {activation} of the cell {_spec.Kind} cannot be written as ONNX."),
        };
    }

    /// <summary>The weights from the hidden state to a run of gates: [P, gates P].</summary>
    private string Hidden(OnnxGraph body, GateRun run, int half)
    {
        var before = _spec.Gates.Take(run.First).Count(gate => gate.ReadsHidden) * _shape.Half;
        var columns = run.Count * _shape.Half;
        return body.Constant($"hidden{half + 1}.{_spec.Gates[run.First].Name}", () => OnnxTensor.Of(layer.Hidden[half], columns, column => before + column, _shape.Half, columns));
    }

    /// <summary>Neighbouring gates that read the same.</summary>
    private List<GateRun> Runs()
    {
        var runs = new List<GateRun>();
        for (var gate = 0; gate < _shape.GateCount; gate++)
        {
            if (runs.Count > 0 && _spec.Gates[runs[^1].First].Source == _spec.Gates[gate].Source)
                runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            else
                runs.Add(new GateRun(gate, 1));
        }
        return runs;
    }

    /// <summary>The column of the input matrix that is of a column of all gates'; -1 where the gate does not read x.</summary>
    private int InputColumn(int column)
    {
        var (block, unit) = Math.DivRem(column, _shape.Half);
        var (half, gate) = Math.DivRem(block, _shape.GateCount);
        if (!_spec.Gates[gate].ReadsInput)
            return -1;
        var reading = _shape.GateCount - _spec.InputlessGates.Length;
        return (half * reading + _spec.Gates.Take(gate).Count(other => other.ReadsInput)) * _shape.Half + unit;
    }
}
