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
        : this(CellSpec.Of(kind), inputs, units)
    {
    }

    public CellShape(CellSpec spec, int inputs, int units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        Spec = spec;
        ArgumentOutOfRangeException.ThrowIfLessThan(units, Halves);
        if (units % Halves != 0)
            throw new ArgumentOutOfRangeException(nameof(units), units, "A reversible cell needs an even number of units, at least 2.");
        Inputs = inputs;
        Units = units;
        Half = units / Halves;
        // A further product writes the columns of its gates alone, which are whole panels.
        BlockStride = HasStages ? PackedMatrix.RoundUp(Half) : (Half + LostBitLanes.Count - 1) / LostBitLanes.Count * LostBitLanes.Count;
        HalfStride = PackedMatrix.RoundUp(Half);
        GateStride = PackedMatrix.RoundUp(GateCount * BlockStride);
    }

    public CellSpec Spec { get; }

    public CellKind Kind => Spec.Kind;

    /// <summary>I.</summary>
    public int Inputs { get; }

    /// <summary>H.</summary>
    public int Units { get; }

    public bool IsReversible => Spec.IsReversible;

    /// <summary>2 for a reversible cell, 1 for an ordinary one.</summary>
    public int Halves => Spec.Halves;

    /// <summary>P = H / <see cref="Halves"/>: the units that are updated together.</summary>
    public int Half { get; }

    /// <summary>G, gates of a half.</summary>
    public int GateCount => Spec.Gates.Count;

    public int StateCount => Spec.States.Count;

    /// <summary>Distance between the gates of a half: P padded to whole registers.</summary>
    public int BlockStride { get; }

    /// <summary>Whether there is padding between the gates of a half.</summary>
    public bool HasGaps => BlockStride != Half;

    /// <summary>Distance between the halves of a state: P padded to whole matrix panels.</summary>
    public int HalfStride { get; }

    /// <summary>Length of a row of states, all halves.</summary>
    public int StateStride => Halves * HalfStride;

    /// <summary>Length of a row of gates, all halves.</summary>
    public int GateRow => Halves * GateStride;

    /// <summary>Distance between the halves of a row of gates: G blocks padded to whole matrix panels.</summary>
    public int GateStride { get; }

    /// <summary>Whether there are products after that with the hidden state.</summary>
    public bool HasStages => Spec.Stages.Count > 0;

    /// <summary>Length of a row of what all stages read.</summary>
    public int InnerRow => InnerOffset(Spec.Stages.Count);

    /// <summary>Learned values of the layer.</summary>
    public long ParameterCount => Halves * Spec.Gates.Sum(gate => WidthOf(gate) * (1 + (gate.ReadsInput ? (long)Inputs : 0) + (gate.ReadsHidden ? Half : 0)))
        + (long)Half * Half * Spec.Stages.Sum(stage => stage.Reads * stage.Gates.Count);

    /// <summary>Values of a gate.</summary>
    public int WidthOf(GateSpec gate) => gate.Width ?? Half;

    /// <summary>Where in such a row that of a stage begins.</summary>
    public int InnerOffset(int stage)
    {
        var offset = 0;
        for (var before = 0; before < stage; before++)
            offset += Spec.Stages[before].Reads * HalfStride;
        return offset;
    }

    /// <summary>Values that a stage reads, padding between vectors included.</summary>
    public int InnerDepth(int stage) => (Spec.Stages[stage].Reads - 1) * HalfStride + Half;

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
