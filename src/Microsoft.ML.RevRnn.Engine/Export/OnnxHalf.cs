using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>One half of a cell within the body of a Scan: its gates, and its states before and after the step.</summary>
/// <param name="body">The body.</param>
/// <param name="spec">The cell.</param>
/// <param name="arithmetic">How states of a reversible cell are held.</param>
/// <param name="gates">The activated gates.</param>
/// <param name="states">The half's states as they are held: before the step, and after it once they are updated.</param>
internal sealed class OnnxHalf(OnnxGraph body, CellSpec spec, OnnxArithmetic arithmetic, string[] gates, string[] states)
{
    private readonly string?[] _after = new string?[states.Length];

    /// <summary>Whether states are fixed point.</summary>
    public static bool IsFixed(CellSpec spec, OnnxArithmetic arithmetic) => spec.IsReversible && arithmetic == OnnxArithmetic.FixedPoint;

    /// <summary>The type that states are held in.</summary>
    public static OnnxElement StateType(CellSpec spec, OnnxArithmetic arithmetic) => IsFixed(spec, arithmetic) ? OnnxElement.Double : OnnxElement.Single;

    public OnnxGraph Body => body;

    public CellSpec Spec => spec;

    public string Gate(int gate) => gates[gate];

    public string Add(string a, string b) => body.Add("Add", [a, b]);

    public string Sigmoid(string a) => body.Add("Sigmoid", [a]);

    public string Multiply(string a, string b) => body.Add("Mul", [a, b]);

    public string Tanh(string a) => body.Add("Tanh", [a]);

    /// <summary>1 - a.</summary>
    public string Complement(string a) => body.Add("Sub", [body.Number("one", 1), a]);

    /// <summary>A state after the step, as a float.</summary>
    public string After(int state) => _after[state] ?? throw new InvalidOperationException("The state has not been updated.");

    /// <summary>s := value, of a cell whose states are floats.</summary>
    public void Set(int state, string value) => states[state] = _after[state] = value;

    /// <summary>s := keep s + addend, with <paramref name="keep"/> null for 1.</summary>
    public void Update(int state, string? keep, string addend)
    {
        var s = states[state];
        if (!spec.IsReversible)
            Set(state, Add(keep == null ? s : Multiply(keep, s), addend));
        else if (arithmetic == OnnxArithmetic.RoundedGates)
            Set(state, Add(keep == null ? s : Multiply(Multiply(Quantize(keep), body.Number("gateUnit", 1f / FixedPoint.GateOne)), s), addend));
        else
            UpdateFixed(state, keep, addend);
    }

    /// <summary>A held state as a float.</summary>
    public static string ToFloat(OnnxGraph body, string state, CellSpec spec, OnnxArithmetic arithmetic) => IsFixed(spec, arithmetic)
        ? body.Add("Mul", [body.Cast(state, OnnxElement.Single), body.Number("stateUnit", 1f / FixedPoint.StateOne)])
        : state;

    /// <summary>floor(s Z / 1024) + round(2^23 addend): integers below 2^53, so a Double holds them exactly. Rounding is to even here and there.</summary>
    private void UpdateFixed(int state, string? keep, string addend)
    {
        var kept = keep == null ? states[state] : body.Add("Floor",
            [Multiply(Multiply(states[state], body.Cast(Quantize(keep), OnnxElement.Double)), body.Constant("gateUnits", () => OnnxTensor.Of([1.0 / FixedPoint.GateOne])))]);
        var rounded = body.Add("Round", [Multiply(addend, body.Number("stateOne", FixedPoint.StateOne))]);
        states[state] = Add(kept, body.Cast(rounded, OnnxElement.Double));
        _after[state] = ToFloat(body, states[state], spec, arithmetic);
    }

    /// <summary>Z of a gate, 1 to the highest.</summary>
    private string Quantize(string gate) => body.Add("Clip",
        [body.Add("Round", [Multiply(gate, body.Number("gateOne", FixedPoint.GateOne))]), body.Number("least", 1), body.Number("most", spec.MaximumGate)]);
}
