namespace Microsoft.ML.RevRnn.Cells;

/// <summary>How a cell holds and scales its state.</summary>
internal enum CellArithmetic
{
    /// <summary>Fixed point with lost-bit lanes: training.</summary>
    Reversible,

    /// <summary>Fixed point whose states are those of prediction to the bit, with lost-bit lanes: training that has the same states on any device.</summary>
    Preimages,

    /// <summary>Fixed point, forward only: prediction.</summary>
    Inference,

    /// <summary>Floats, not reversible: the reference.</summary>
    Unquantized,
}
