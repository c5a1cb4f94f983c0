using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Sizes of one reversible layer. H units in two halves of P = H / 2. Buffers pad a half's units to whole registers, so that no loop has a tail;
/// padding units have zero weights, hence zero states and gradients, and keep all (Z = 1024), hence lose no bits.
/// </summary>
internal sealed class CellShape
{
    public CellShape(CellKind kind, int inputs, int units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        if (units < 2 || units % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(units), units, "A reversible cell needs an even number of units, at least 2.");
        Kind = kind;
        Inputs = inputs;
        Units = units;
        Half = units / 2;
        GateCount = kind == CellKind.RevLstm ? 5 : 3;
        BlockStride = (Half + LostBitLanes.Count - 1) / LostBitLanes.Count * LostBitLanes.Count;
        HalfStride = PackedMatrix.RoundUp(Half);
        GateStride = PackedMatrix.RoundUp(GateCount * BlockStride);
    }

    public CellKind Kind { get; }

    /// <summary>I.</summary>
    public int Inputs { get; }

    /// <summary>H.</summary>
    public int Units { get; }

    /// <summary>P = H / 2.</summary>
    public int Half { get; }

    /// <summary>G, gates of a half: z, g, f, o, p for RevLSTM; z, r, g for RevGRU.</summary>
    public int GateCount { get; }

    /// <summary>Which of a half's gates multiply a state: z and p for RevLSTM, z for RevGRU.</summary>
    public ReadOnlySpan<int> ForgetGates => Kind == CellKind.RevLstm ? [0, 4] : [0];

    public bool HasCellState => Kind == CellKind.RevLstm;

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

    /// <summary>Length of a row of states, both halves.</summary>
    public int StateStride => 2 * HalfStride;

    /// <summary>Distance between the halves of a row of gates: G blocks padded to whole matrix panels.</summary>
    public int GateStride { get; }

    /// <summary>Position of unit <paramref name="unit"/> (0 ... H-1) in a row of states.</summary>
    public int StateIndex(int unit) => unit < Half ? unit : HalfStride + unit - Half;
}
