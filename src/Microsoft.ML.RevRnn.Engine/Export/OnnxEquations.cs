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

    /// <summary>(1 - z) g.</summary>
    private static string Added(OnnxHalf half) => half.Multiply(half.Complement(half.Gate(RevGruSpec.Z)), half.Gate(RevGruSpec.G));
}
