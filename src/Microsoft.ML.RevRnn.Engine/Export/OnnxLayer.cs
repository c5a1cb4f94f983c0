using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// A layer as ONNX: one matrix product of all steps' inputs, then a Scan, whose body is the cell: it takes the states and a step's products [N, D G P] of inputs (D halves of G gates
/// of P units each, but that a gate may have a width of its own), and gives the states after the step, and h.
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
    private readonly int[] _columns = InputColumns(layer.Shape);

    public OnnxElement StateType => OnnxHalf.StateType(_spec, arithmetic);

    /// <summary>States as they are at the beginning, zeros: each [N, P], the halves of the first state, then those of the next.</summary>
    public string[] Zeros(string batch)
    {
        var zero = StateType == OnnxElement.Double ? OnnxTensor.Of([0.0], 1) : OnnxTensor.Of([0f], 1);
        var state = graph.Add("ConstantOfShape", [graph.Join(0, batch, graph.Integers(_shape.Half))], OnnxAttribute.Of("value", zero));
        return [.. Enumerable.Repeat(state, _spec.States.Count * _shape.Halves)];
    }

    /// <param name="products">Of the steps' inputs: [T, N, D G P].</param>
    /// <param name="states">States to start from, as <see cref="Zeros"/> gives them.</param>
    /// <param name="mask">[T, N, 1], whether a row has the step; states stay as they are where not. Null where nobody asks for states past a row's end.</param>
    /// <returns>h [T, N, H], and the states at the end.</returns>
    public (string Outputs, string[] States) Add(string products, string[] states, string? mask = null)
    {
        string[] scanned = mask == null ? [products] : [products, mask];
        var made = graph.AddMany(
            "Scan", [.. states, .. scanned], states.Length + 1, OnnxAttribute.Of("body", CreateBody(mask != null)), OnnxAttribute.Of("num_scan_inputs", scanned.Length));
        return (made[^1], made[..^1]);
    }

    /// <summary>x W + b of all gates of all halves.</summary>
    /// <param name="part">The graph that reads the inputs: that of the layer, or a body.</param>
    /// <param name="inputs">x: [..., I].</param>
    /// <returns>[..., D G P].</returns>
    public string Products(OnnxGraph part, string inputs)
    {
        var weight = part.Constant($"{_name}.input", () => OnnxTensor.Of(layer.Input, _columns.Length, column => _columns[column], _shape.Inputs, _columns.Length));
        var bias = part.Constant($"{_name}.bias", () => Recurrent((bias, _) => OnnxTensor.Of(bias)));
        return part.Add("Add", [part.Add("MatMul", [inputs, weight]), bias]);
    }

    /// <summary>R v, what a context adds to the products of each step: [N, D G P].</summary>
    /// <param name="context">v: [N, C].</param>
    /// <param name="map">R.</param>
    public string ContextProducts(string context, Parameter map)
        => graph.Add("MatMul", [context, graph.Constant(map.Name, () => OnnxTensor.Of(map, _columns.Length, column => _columns[column], map.Rows, _columns.Length))]);

    /// <summary>Declares the states as inputs of a body, in the order of <see cref="Zeros"/>.</summary>
    public string[] AddStates(OnnxGraph body)
    {
        string[] names = [.. _spec.States.SelectMany(state => Enumerable.Range(1, _shape.Halves).Select(half => $"{_cell}.{state}{half}"))];
        return Array.ConvertAll(names, name => body.Input(name, StateType, "N", _shape.Half));
    }

    /// <summary>Declares the states after a step as outputs of a body.</summary>
    public void AddStatesAfter(OnnxGraph body, string[] states, string[] after)
    {
        for (var i = 0; i < states.Length; i++)
            body.Output(after[i], states[i] + ".after", StateType, "N", _shape.Half);
    }

    private OnnxGraph CreateBody(bool isMasked)
    {
        var body = new OnnxGraph(_cell, graph.Opset);
        var states = AddStates(body);
        var products = body.Input($"{_cell}.products", OnnxElement.Single, "N", _columns.Length);
        var mask = isMasked ? body.Input($"{_cell}.mask", OnnxElement.Boolean, "N", 1) : null;
        var outputs = Step(body, products, states, out var after);
        AddStatesAfter(body, states, mask == null ? after : [.. states.Select((state, i) => body.Add("Where", [mask, after[i], state]))]);
        body.Output(outputs, $"{_cell}.outputs", OnnxElement.Single, "N", _shape.Units);
        return body;
    }

    /// <summary>A step: h after it, [N, H]. Half 1 reads the old second half of h, half 2 the new first one; a single half reads itself.</summary>
    public string Step(OnnxGraph body, string products, string[] before, out string[] after)
    {
        var halves = _shape.Halves;
        var runs = Runs();
        var parts = body.Split(products, 1, [.. Enumerable.Repeat(runs, halves).SelectMany(half => half.Select(run => (long)WidthOf(run)))]);
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
        return body.Join(1, outputs);
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
            var parts = body.Split(sum, 1, [.. Of(run).Select(gate => (long)_shape.WidthOf(gate))]);
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
            var weight = body.Constant($"{_name}.inner{s + 1}", () => OnnxTensor.Of(inner, inner.Columns, column => column, inner.Rows, inner.Columns));
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
        var before = _spec.Gates.Take(run.First).Where(gate => gate.ReadsHidden).Sum(_shape.WidthOf);
        var columns = WidthOf(run);
        return body.Constant($"{_name}.hidden{half + 1}.{_spec.Gates[run.First].Name}",
            () => Recurrent((_, hidden) => OnnxTensor.Of(hidden[half], columns, column => before + column, _shape.Half, columns)));
    }

    /// <summary>What is made of biases and recurrent weights, which of some cells are made of other values themselves.</summary>
    private OnnxTensor Recurrent(Func<Parameter, Parameter[], OnnxTensor> tensor)
    {
        using var made = layer.CreateMadeWeights();
        made?.Make();
        return made == null ? tensor(layer.Bias, layer.Hidden) : tensor(made.Bias, made.Hidden);
    }

    private IEnumerable<GateSpec> Of(GateRun run) => _spec.Gates.Skip(run.First).Take(run.Count);

    private int WidthOf(GateRun run) => Of(run).Sum(_shape.WidthOf);

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

    /// <summary>Of each column of all gates that of the input matrix; -1 where the gate does not read x.</summary>
    private static int[] InputColumns(CellShape shape)
    {
        var next = 0;
        var gates = Enumerable.Repeat(shape.Spec.Gates, shape.Halves).SelectMany(half => half);
        return [.. gates.SelectMany(gate => Enumerable.Range(0, shape.WidthOf(gate)).Select(_ => gate.ReadsInput ? next++ : -1))];
    }
}
