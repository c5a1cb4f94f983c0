using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>One row's half at a step: where its gates and states lie.</summary>
internal readonly unsafe ref struct HalfRow
{
    private readonly ref readonly CellStep _step;
    private readonly float* _gates;
    private readonly nint _offset;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HalfRow(in CellStep step, CellShape shape, GateLimits limits, int row, int half)
    {
        _step = ref step;
        _gates = step.Gates + (nint)row * shape.GateRow + half * shape.GateStride;
        _offset = (nint)row * shape.StateStride + half * shape.HalfStride;
        Scratch = step.Scratch + (nint)row * shape.HalfStride;
        Length = shape.BlockStride;
        GateCount = shape.GateCount;
        Limits = limits;
        // A cell that forgets nothing has no lanes.
        LostBits = shape.Spec.ForgetGates.Length == 0 ? null! : step.LostBits.LanesOfRow(row);
    }

    /// <summary>Units, padded to whole registers.</summary>
    public int Length { get; }

    /// <summary>G.</summary>
    public int GateCount { get; }

    public GateLimits Limits { get; }

    public LostBitLanes LostBits { get; }

    /// <summary>Scratch of the backward pass.</summary>
    public float* Scratch { get; }

    /// <summary>A gate of all units; the number is that in <see cref="CellSpec.Gates"/>.</summary>
    public float* Gate(int gate) => _gates + gate * Length;

    /// <inheritdoc cref="CellStep.State.Now"/>
    public int* Now(int state) => _step.States[state].Now + _offset;

    /// <inheritdoc cref="CellStep.State.Before"/>
    public float* Before(int state) => _step.States[state].Before + _offset;

    /// <inheritdoc cref="CellStep.State.After"/>
    public float* After(int state) => _step.States[state].After + _offset;

    /// <inheritdoc cref="CellStep.State.Gradient"/>
    public float* Gradient(int state) => _step.States[state].Gradient + _offset;
}
