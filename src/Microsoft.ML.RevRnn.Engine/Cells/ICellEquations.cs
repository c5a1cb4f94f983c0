using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>A cell's equations for one row of a half, whose gates are given but for what the cell itself makes of them.</summary>
internal interface ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    /// <summary>The states after the step, from those before it. Returns the largest magnitude of a fixed-point state.</summary>
    static abstract TInt Forward(in HalfRow row);

    /// <summary>The states before the step, from those after it. Ordinary cells have no such equations.</summary>
    static virtual void Reverse(in HalfRow row) => throw new NotSupportedException("The cell cannot be reversed.");

    /// <summary>
    /// From the gradients by the half's states after the step to those by its pre-activations, in place of the gates, and by its own states before the step, as
    /// far as the gates have no part in them.
    /// </summary>
    static abstract void Backward(in HalfRow row);
}
