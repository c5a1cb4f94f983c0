using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Sizes of one layer. A reversible cell has its H units in two halves of P = H / 2, updated one after the other; an ordinary one is a single "half" of
/// P = H. Buffers pad a half's units to whole registers, so that no loop has a tail;
/// padding units have zero weights, hence zero states and gradients, and keep all (Z = 1024), hence lose no bits.
/// </summary>
internal sealed class CellShape
{
    public CellShape(CellKind kind, int inputs, int units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        Kind = kind;
        ArgumentOutOfRangeException.ThrowIfLessThan(units, Halves);
        if (units % Halves != 0)
            throw new ArgumentOutOfRangeException(nameof(units), units, "A reversible cell needs an even number of units, at least 2.");
        Inputs = inputs;
        Units = units;
        Half = units / Halves;
        GateCount = kind switch { CellKind.RevLstm => 5, CellKind.Lstm => 4, _ => 3 };
        BlockStride = (Half + LostBitLanes.Count - 1) / LostBitLanes.Count * LostBitLanes.Count;
        HalfStride = PackedMatrix.RoundUp(Half);
        GateStride = PackedMatrix.RoundUp(GateCount * BlockStride);
    }

    public CellKind Kind { get; }

    /// <summary>I.</summary>
    public int Inputs { get; }

    /// <summary>H.</summary>
    public int Units { get; }

    public bool IsReversible => Kind is CellKind.RevLstm or CellKind.RevGru || IsNoForgetting;

    /// <summary>Whether the states are only added to: reversal needs no lost bits, and nothing bounds the states.</summary>
    public bool IsNoForgetting => Kind is CellKind.NfRevLstm or CellKind.NfRevGru;

    /// <summary>2 for a reversible cell, 1 for an ordinary one.</summary>
    public int Halves => IsReversible ? 2 : 1;

    /// <summary>P = H / <see cref="Halves"/>: the units that are updated together.</summary>
    public int Half { get; }

    /// <summary>G, gates of a half: z, g, f, o, p for RevLSTM; g, f, o for NF-RevLSTM; z, r, g for the GRUs; i, f, g, o for LSTM.</summary>
    public int GateCount { get; }

    /// <summary>Which of a half's gates cost lost bits: z and p for RevLSTM, z for RevGRU, none for the others.</summary>
    public ReadOnlySpan<int> ForgetGates => Kind switch { CellKind.RevLstm => [0, 4], CellKind.RevGru => [0], _ => [] };

    /// <summary>
    /// What a gate's bias is about before training. A RevLSTM's h := p h + o tanh(c) is not bounded by 1 like an ordinary LSTM's: with p = 0.56 in the middle of
    /// its range, small changes that all point the same way, as the first ones do, feed back on h until p is near 1 and h is 200. With a p that begins
    /// near its least, h is almost overwritten at each step, as in an LSTM, and c is the memory.
    /// </summary>
    public float InitialBias(int gate) => Kind == CellKind.RevLstm && gate == 4 ? -2 : 0;

    public bool HasCellState => Kind is CellKind.RevLstm or CellKind.NfRevLstm or CellKind.Lstm;

    /// <summary>
    /// The highest quantised forget gate. An update adds at most 1 to a RevLSTM's state, which so stays below 1 / (1 - 1019 / 1024) = 205 in
    /// magnitude and within the 256 of the fixed-point format, however long the text. RevGRU adds (1 - z) g, which rounding z up to 1 would let
    /// drift; below 1 the state stays under 1.5.
    /// </summary>
    public int MaximumGate => Kind == CellKind.RevLstm ? 1019 : 1023;

    /// <summary>Distance between the gates of a half: P padded to whole registers.</summary>
    public int BlockStride { get; }

    /// <summary>Distance between the halves of a state: P padded to whole matrix panels.</summary>
    public int HalfStride { get; }

    /// <summary>Length of a row of states, all halves.</summary>
    public int StateStride => Halves * HalfStride;

    /// <summary>Length of a row of gates, all halves.</summary>
    public int GateRow => Halves * GateStride;

    /// <summary>Distance between the halves of a row of gates: G blocks padded to whole matrix panels.</summary>
    public int GateStride { get; }

    /// <summary>Position of unit <paramref name="unit"/> (0 ... H-1) in a row of states.</summary>
    public int StateIndex(int unit) => unit < Half ? unit : HalfStride + unit - Half;

    /// <summary><see cref="StateIndex"/> of all units.</summary>
    public int[] StateColumns()
    {
        var columns = new int[Units];
        for (var unit = 0; unit < Units; unit++)
            columns[unit] = StateIndex(unit);
        return columns;
    }
}
