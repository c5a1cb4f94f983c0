using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>The buffers that one time step of one layer works on; the caller owns them. All have a row for each active row of the batch.</summary>
internal unsafe struct CellStep
{
    /// <summary>[B, GateRow]: before the step the input's part of the pre-activations with bias, after it the gates, after the backward pass their gradients.</summary>
    public float* Gates;

    /// <summary>The states, in the order of <see cref="CellSpec.States"/>.</summary>
    public StateList States;

    /// <summary>[B, StateStride] reset gate times the hidden state it acts on; null where the cell has no reset gate.</summary>
    public float* Reset;

    /// <summary>[B, InnerRow] what the stages read; null where there are none.</summary>
    public float* Inner;

    /// <summary>[B, InnerRow] the gradient by it.</summary>
    public float* InnerGradient;

    /// <summary>[B, HalfStride] scratch of the backward pass.</summary>
    public float* Scratch;

    public LostBitStore LostBits;

    /// <summary>Whether all states are zero, so that their products need not be made: of prediction alone, as an addition of zeros may change the sign of one.</summary>
    public bool StartsAtZero;

    /// <summary>One state, [B, StateStride] each.</summary>
    public struct State
    {
        /// <summary>The state now: fixed-point, or of ordinary cells the bits of floats.</summary>
        public int* Now;

        /// <summary>As float, before the step.</summary>
        public float* Before;

        /// <summary>As float, after the step.</summary>
        public float* After;

        /// <summary>The gradient: on entry of the backward pass by the state after the step, on exit by the one before it.</summary>
        public float* Gradient;
    }

    [InlineArray(CellSpec.MostStates)]
    public struct StateList
    {
        private State _first;
    }
}
