using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The equations of all cells but the unitary one, over vectors of P units of one half: what a step makes of the states.</summary>
internal static class CellEquations
{
    /// <summary>From the states [H] before a step to those after it: half 1 reads the old second half of the hidden state, half 2 the new first half, and a cell of one half itself.</summary>
    public static Variable[] Step(NaiveLayer layer, Variable x, Variable[] states)
    {
        var (halves, size) = (layer.Shape.Halves, layer.Shape.Half);
        Variable[][] parts = [.. Enumerable.Range(0, halves).Select(half => states.Select(state => state.Slice(half * size, size)).ToArray())];
        for (var half = 0; half < halves; half++)
            parts[half] = Next(new Gates(layer, half, x, parts[halves - 1 - half][CellSpec.HiddenState]), parts[half]);
        return [.. states.Select((_, state) => Variable.Join([.. parts.Select(part => part[state])]))];
    }

    private static Variable[] Next(Gates gates, Variable[] s) => gates.Layer.Shape.Kind switch
    {
        CellKind.RevLstm => RevLstm(gates, s[RevLstmSpec.H], s[RevLstmSpec.C]),
        CellKind.NfRevLstm => NfRevLstm(gates, s[NfRevLstmSpec.H], s[NfRevLstmSpec.C]),
        CellKind.Lstm => Lstm(gates, s[LstmSpec.C]),
        CellKind.RevGru or CellKind.Gru => [RevGru(gates, s[RevGruSpec.H])],
        CellKind.NfRevGru => [NfRevGru(gates, s[NfRevGruSpec.H])],
        CellKind.GruResetAfter => [GruResetAfter(gates, s[GruResetAfterSpec.H])],
        CellKind.RevLeaky or CellKind.LeakyElman => [Leaky(gates, s[RevLeakySpec.H])],
        CellKind.Elman => [gates[ElmanSpec.G].Tanh()],
        CellKind.NestedLstm => Nested(gates, 0, s),
        CellKind.DeepTransition or CellKind.DeepTransitionShortcut => DeepTransition(gates),
        CellKind.MixedGru => [MixedGru(gates, s[0])],
        var kind => throw new NotSupportedException($"{kind} has a reference of its own."),
    };

    private static Variable[] RevLstm(Gates a, Variable h, Variable c)
    {
        c = a.Limited(RevLstmSpec.Z) * c + a[RevLstmSpec.F].Sigmoid() * a[RevLstmSpec.G].Tanh();
        return [a.Limited(RevLstmSpec.P) * h + a[RevLstmSpec.O].Sigmoid() * c.Tanh(), c];
    }

    private static Variable[] NfRevLstm(Gates a, Variable h, Variable c)
    {
        c += a[NfRevLstmSpec.F].Sigmoid() * a[NfRevLstmSpec.G].Tanh();
        return [h + a[NfRevLstmSpec.O].Sigmoid() * c.Tanh(), c];
    }

    private static Variable[] Lstm(Gates a, Variable c)
    {
        c = a[LstmSpec.F].Sigmoid() * c + a[LstmSpec.I].Sigmoid() * a[LstmSpec.G].Tanh();
        return [a[LstmSpec.O].Sigmoid() * c.Tanh(), c];
    }

    private static Variable RevGru(Gates a, Variable h)
    {
        var z = a.Limited(RevGruSpec.Z);
        return z * h + (1 - z) * GruCandidate(a);
    }

    private static Variable NfRevGru(Gates a, Variable h) => h + (1 - a.Limited(NfRevGruSpec.Z)) * GruCandidate(a);

    private static Variable GruCandidate(Gates a) => a.Sum(RevGruSpec.G, a[RevGruSpec.R].Sigmoid() * a.Hidden).Tanh();

    private static Variable GruResetAfter(Gates a, Variable h)
    {
        var z = a[GruResetAfterSpec.Z].Sigmoid();
        return z * h + (1 - z) * (a[GruResetAfterSpec.N] + a[GruResetAfterSpec.R].Sigmoid() * a[GruResetAfterSpec.Q]).Tanh();
    }

    private static Variable Leaky(Gates a, Variable h)
    {
        var z = a.Limited(RevLeakySpec.Z);
        return z * h + (1 - z) * a[RevLeakySpec.G].Tanh();
    }

    /// <summary>State 0 is h, and state k + 1 the c of level k.</summary>
    private static Variable[] Nested(Gates a, int level, Variable[] s, params Variable[] read)
    {
        var first = level * NestedLstmSpec.Level;
        Variable Sum(int gate) => a.Sum(first + gate, a.Hidden, read);
        var candidate = level == 0 ? Sum(1) : Sum(1).Tanh();
        var (added, kept) = (Sum(0).Sigmoid() * candidate, Sum(2).Sigmoid() * s[level + 1]);
        Variable[] inner = level == s.Length - 2 ? [added + kept] : Nested(a, level + 1, s, added, kept);
        return [Sum(3).Sigmoid() * inner[0].Tanh(), .. inner];
    }

    private static Variable[] DeepTransition(Gates a)
    {
        var e = a[DeepTransitionSpec.E].Tanh();
        var s = a.Sum(DeepTransitionSpec.S, a.Hidden, e).Tanh();
        var h = a.Sum(DeepTransitionSpec.G, a.Hidden, s).Tanh();
        return [h, a.Sum(DeepTransitionSpec.Y, a.Hidden, h).Tanh()];
    }

    /// <summary>
    /// K gates of z, K of r, the scores w, and K of g: those of the first set of the highest score, times K times its w. The others have no part in the value, and by their w the gradient that they would
    /// have as a part of the sum of all: the straight-through one.
    /// </summary>
    private static Variable MixedGru(Gates a, Variable h)
    {
        var sets = ((MixedGruSpec)a.Layer.Shape.Spec).SetCount;
        var weights = a[2 * sets].Softmax();
        var chosen = Array.IndexOf(weights.Value, weights.Value.Max());
        Variable Taken(int first, params Variable[] read) =>
            sets * Enumerable.Range(0, sets).Select(set => Part(a.Sum(first + set, a.Hidden, read), set)).Aggregate((sum, next) => sum + next);
        Variable Part(Variable sum, int set)
        {
            if (set == chosen)
                return sum.Times(weights, set);
            var without = new Variable([.. sum.Value.Select(value => -value * weights.Value[set])]);
            return new Variable(sum.Value).Times(weights, set) + without;
        }
        var z = Taken(0).Sigmoid();
        return z * h + (1 - z) * Taken(2 * sets + 1, Taken(sets).Sigmoid() * h).Tanh();
    }

    /// <summary>The gates of a half at one step.</summary>
    private readonly record struct Gates(NaiveLayer Layer, int Half, Variable X, Variable Hidden)
    {
        /// <summary>A pre-activation.</summary>
        public Variable this[int gate] => Sum(gate, Hidden);

        public Variable Sum(int gate, Variable hidden, params Variable[] read) => Layer.Sum(Half, gate, X, hidden, read);

        public Variable Limited(int gate) => Layer.Limited(gate, this[gate]);
    }
}
