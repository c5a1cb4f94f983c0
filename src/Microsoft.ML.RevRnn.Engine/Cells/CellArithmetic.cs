namespace Microsoft.ML.RevRnn.Cells;

/// <summary>How a cell holds and scales its state.</summary>
internal enum CellArithmetic
{
    /// <summary>Fixed point with lost-bit lanes: training.</summary>
    Reversible,

    /// <summary>Fixed point, forward only: prediction.</summary>
    Inference,

    /// <summary>Floats, not reversible: the reference.</summary>
    Unquantized,
}
