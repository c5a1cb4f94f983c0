using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>The buffers that one time step of one layer works on; the caller owns them. All have a row for each active row of the batch.</summary>
internal unsafe struct CellStep
{
    /// <summary>[B, GateRow]: before the step the input's part of the pre-activations with bias, after it the gates, after the backward pass their gradients.</summary>
    public float* Gates;

    /// <summary>[B, StateStride] fixed-point (of ordinary cells the bits of floats) hidden state.</summary>
    public int* HiddenState;

    /// <summary>[B, StateStride] fixed-point (of ordinary cells the bits of floats) cell state; null where the cell has none.</summary>
    public int* CellState;

    /// <summary>[B, StateStride] hidden state before the step, as float.</summary>
    public float* HiddenBefore;

    /// <summary>[B, StateStride] hidden state after the step, as float.</summary>
    public float* HiddenAfter;

    /// <summary>[B, StateStride] cell state before the step, as float.</summary>
    public float* CellBefore;

    /// <summary>[B, StateStride] cell state after the step, as float.</summary>
    public float* CellAfter;

    /// <summary>[B, StateStride] reset gate times the hidden state it acts on; null where the cell has no reset gate.</summary>
    public float* Reset;

    /// <summary>[2, B, HalfStride] gradient by the hidden state, first half then second: on entry of the backward pass after the step, on exit before it.</summary>
    public float* HiddenGradient1;

    /// <inheritdoc cref="HiddenGradient1"/>
    public float* HiddenGradient2;

    /// <summary>[B, StateStride] gradient by the cell state, likewise.</summary>
    public float* CellGradient;

    /// <summary>[B, HalfStride] scratch of the backward pass.</summary>
    public float* Scratch;

    public LostBitStore LostBits;
}
