using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn;

/// <summary>What can be said of a kind of cell.</summary>
public static class CellKinds
{
    /// <summary>
    /// Whether a cell's steps can be undone, so that its activations need not be kept: <see cref="ActivationStrategy.Reversible"/> and
    /// <see cref="ActivationStrategy.Hybrid"/> are for such cells.
    /// </summary>
    /// <param name="cell">The kind of cell.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cell.</exception>
    public static bool IsReversible(this CellKind cell) => CellSpec.Of(cell).IsReversible;
}
