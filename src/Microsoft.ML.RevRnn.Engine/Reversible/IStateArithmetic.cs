namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// How a state is held in 32 bits, scaled by a forget gate and added to. The cells' equations are written over this interface:
/// exactly reversible fixed point for training, the same without lost-bit lanes for inference, and plain floats as the unquantised reference.
/// </summary>
internal interface IStateArithmetic<TFloat, TInt>
    where TFloat : struct
    where TInt : struct
{
    /// <summary>Whether states are fixed-point integers, whose range must be watched.</summary>
    static abstract bool IsFixedPoint { get; }

    static abstract TFloat ToFloat(TInt state);

    /// <summary>
    /// The gate as the multiplication uses it: at most <paramref name="maximum"/>, then at least <paramref name="minimum"/>, which is 1, or 1024
    /// in padding units so that those keep all.
    /// </summary>
    static abstract TFloat Quantize(TFloat gate, TFloat minimum, TFloat maximum);

    /// <summary>The factor in [0, 1] that a quantised gate stands for: what the gradient is scaled by.</summary>
    static abstract TFloat Factor(TFloat quantizedGate);

    /// <summary>state * gate; the digits lost go to the lanes from <paramref name="lane"/> on.</summary>
    static abstract TInt Multiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane);

    /// <summary>Undoes <see cref="Multiply"/>, exactly.</summary>
    static abstract TInt Unmultiply(TInt state, TFloat quantizedGate, LostBitLanes lanes, int lane);

    static abstract TInt Add(TInt state, TFloat update);

    /// <summary>Undoes <see cref="Add"/>, exactly.</summary>
    static abstract TInt Subtract(TInt state, TFloat update);
}
