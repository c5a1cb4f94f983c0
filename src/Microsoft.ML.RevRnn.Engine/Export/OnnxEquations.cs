using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>The update of each cell's states from its gates, as its file in Cells has it; gates and products follow from its spec.</summary>
internal static class OnnxEquations
{
    /// <summary>The gates of a level of a nested LSTM.</summary>
    private const int NestedI = 0, NestedJ = 1, NestedF = 2, NestedO = 3;

    private static readonly Dictionary<CellKind, Action<OnnxHalf>> _updates = new()
    {
        [CellKind.RevLstm] = half =>
        {
            half.Update(RevLstmSpec.C, half.Gate(RevLstmSpec.Z), half.Multiply(half.Gate(RevLstmSpec.F), half.Gate(RevLstmSpec.G)));
            half.Update(RevLstmSpec.H, half.Gate(RevLstmSpec.P), half.Multiply(half.Gate(RevLstmSpec.O), half.Tanh(half.After(RevLstmSpec.C))));
        },
        [CellKind.RevGru] = half => half.Update(RevGruSpec.H, half.Gate(RevGruSpec.Z), Added(half)),
        [CellKind.Lstm] = half =>
        {
            half.Update(LstmSpec.C, half.Gate(LstmSpec.F), half.Multiply(half.Gate(LstmSpec.I), half.Gate(LstmSpec.G)));
            half.Set(LstmSpec.H, half.Multiply(half.Gate(LstmSpec.O), half.Tanh(half.After(LstmSpec.C))));
        },
        [CellKind.Gru] = half => half.Update(RevGruSpec.H, half.Gate(RevGruSpec.Z), Added(half)),
        [CellKind.NfRevLstm] = half =>
        {
            half.Update(NfRevLstmSpec.C, null, half.Multiply(half.Gate(NfRevLstmSpec.F), half.Gate(NfRevLstmSpec.G)));
            half.Update(NfRevLstmSpec.H, null, half.Multiply(half.Gate(NfRevLstmSpec.O), half.Tanh(half.After(NfRevLstmSpec.C))));
        },
        [CellKind.NfRevGru] = half => half.Update(NfRevGruSpec.H, null, half.Multiply(half.Complement(half.Gate(NfRevGruSpec.Z)), half.Gate(NfRevGruSpec.G))),
        [CellKind.RevLeaky] = Leak,
        [CellKind.LeakyElman] = Leak,
        [CellKind.NestedLstm] = half =>
        {
            // State k + 1 is the c of level k, and state k the output of it.
            var innermost = half.Spec.Stages.Count;
            var first = NestedLstmSpec.Level * innermost;
            half.Update(innermost + 1, half.Gate(first + NestedF), half.Multiply(half.Gate(first + NestedI), half.Gate(first + NestedJ)));
            for (var level = innermost; level >= 0; level--)
                half.Set(level, half.Multiply(half.Gate(NestedLstmSpec.Level * level + NestedO), half.Tanh(half.After(level + 1))));
        },
        [CellKind.DeepTransition] = Transit,
        [CellKind.DeepTransitionShortcut] = Transit,
        [CellKind.Elman] = half => half.Set(ElmanSpec.H, half.Gate(ElmanSpec.G)),
        [CellKind.GruResetAfter] = half =>
        {
            var reset = half.Multiply(half.Gate(GruResetAfterSpec.R), half.Gate(GruResetAfterSpec.Q));
            var candidate = half.Tanh(half.Add(half.Gate(GruResetAfterSpec.N), reset));
            var z = half.Gate(GruResetAfterSpec.Z);
            half.Update(GruResetAfterSpec.H, z, half.Multiply(half.Complement(z), candidate));
        },
        [CellKind.MixedGru] = half =>
        {
            var sets = ((MixedGruSpec)half.Spec).SetCount;
            var z = half.Sigmoid(Mixed(half.Body, half.Gate, 0, sets));
            half.Update(CellSpec.HiddenState, z, half.Multiply(half.Complement(z), half.Tanh(Mixed(half.Body, half.Gate, 2 * sets + 1, sets))));
        },
        [CellKind.Unitary] = half => half.Set(UnitarySpec.H, ModRelu(half.Body, half.Gate(UnitarySpec.Z), half.Gate(UnitarySpec.B))),
    };

    /// <summary>Updates the states of a half.</summary>
    /// <exception cref="NotSupportedException">The cell has no export.</exception>
    public static void Update(OnnxHalf half)
    {
        Require(half.Spec.Kind);
        _updates[half.Spec.Kind](half);
    }

    /// <summary>The vectors that a stage's product reads, of earlier gates and the states before the step.</summary>
    /// <exception cref="NotSupportedException">The cell has no export.</exception>
    public static string[] Derive(OnnxGraph body, CellSpec spec, int stage, string[] gates, string[] states)
    {
        switch (spec.Kind)
        {
            case CellKind.NestedLstm:
                var first = NestedLstmSpec.Level * stage;
                return [body.Add("Mul", [gates[first + NestedI], gates[first + NestedJ]]), body.Add("Mul", [gates[first + NestedF], states[stage + 1]])];
            case CellKind.DeepTransition or CellKind.DeepTransitionShortcut:
                return [gates[stage == 0 ? DeepTransitionSpec.E : stage == 1 ? DeepTransitionSpec.S : DeepTransitionSpec.G]];
            case CellKind.MixedGru:
                // The scores become the factors of the sets, for all that reads them: of all but the chosen one 0.
                var (sets, scores) = (((MixedGruSpec)spec).SetCount, ((MixedGruSpec)spec).Scores);
                gates[scores] = Factors(body, gates[scores], sets);
                return [body.Add("Mul", [body.Add("Sigmoid", [Mixed(body, gate => gates[gate], sets, sets)]), states[CellSpec.HiddenState]])];
            default:
                throw Unknown(spec.Kind);
        }
    }

    /// <exception cref="NotSupportedException">The cell has no export.</exception>
    public static void Require(CellKind kind)
    {
        if (!_updates.ContainsKey(kind))
            throw Unknown(kind);
    }

    private static NotSupportedException Unknown(CellKind kind)
        => new($"A network of the cell {kind} cannot be written as ONNX. These can: {string.Join(", ", _updates.Keys)}.");

    private static void Leak(OnnxHalf half)
    {
        var z = half.Gate(RevLeakySpec.Z);
        half.Update(RevLeakySpec.H, z, half.Multiply(half.Complement(z), half.Gate(RevLeakySpec.G)));
    }

    private static void Transit(OnnxHalf half)
    {
        half.Set(DeepTransitionSpec.H, half.Gate(DeepTransitionSpec.G));
        half.Set(half.Spec.OutputState, half.Gate(DeepTransitionSpec.Y));
    }

    /// <summary>K times the softmax of the highest score in its place, and 0 in that of others: [N, K].</summary>
    private static string Factors(OnnxGraph body, string scores, int sets)
    {
        var weights = body.Add("Mul", [body.Number("sets", sets), body.Add("Softmax", [scores], OnnxAttribute.Of("axis", 1))]);
        var chosen = body.Add("ArgMax", [scores], OnnxAttribute.Of("axis", 1), OnnxAttribute.Of("keepdims", 1));
        return body.Add("Where", [body.Add("Equal", [chosen, body.Integers([.. Enumerable.Range(0, sets)])]), weights, body.Number("zero", 0)]);
    }

    /// <summary>The sum of K gates, each times its factor, in the gate behind those of z and r.</summary>
    private static string Mixed(OnnxGraph body, Func<int, string> gate, int first, int sets)
    {
        var weights = body.Split(gate(2 * sets), 1, [.. Enumerable.Repeat(1L, sets)]);
        return Enumerable.Range(0, sets).Select(set => body.Add("Mul", [gate(first + set), weights[set]])).Aggregate((sum, part) => body.Add("Add", [sum, part]));
    }

    /// <summary>z / |z| relu(|z| + b) of complex values, real and imaginary parts side by side, b beside the real ones; 0 where z is.</summary>
    private static string ModRelu(OnnxGraph body, string values, string bias)
    {
        var pairs = body.Add("Reshape", [values, body.Integers(0, -1, 2)]);
        var length = body.Add("Sqrt", [body.Sum(body.Add("Mul", [pairs, pairs]), 2, keeps: true)]);
        var moved = body.Add("Add", [length, body.Split(body.Add("Reshape", [bias, body.Integers(0, -1, 2)]), 2, 1, 1)[0]]);
        var zero = body.Number("zero", 0);
        var stays = body.Add("And", [body.Add("Greater", [length, zero]), body.Add("Greater", [moved, zero])]);
        var factor = body.Add("Where", [stays, body.Add("Div", [moved, length]), zero]);
        return body.Add("Reshape", [body.Add("Mul", [pairs, factor]), body.Integers(0, -1)]);
    }

    /// <summary>(1 - z) g.</summary>
    private static string Added(OnnxHalf half) => half.Multiply(half.Complement(half.Gate(RevGruSpec.Z)), half.Gate(RevGruSpec.G));
}
