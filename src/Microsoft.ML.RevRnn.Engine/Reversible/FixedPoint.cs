namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>The fixed-point format of the state (MacKay et al. 2018, section 3.2; R_H = 23 and R_Z = 10 are the authors' values).</summary>
internal static class FixedPoint
{
    /// <summary>R_H: fractional bits of a hidden or cell state in an int32, whose range is so [-256, 256).</summary>
    public const int StateBits = 23;

    /// <summary>The integer that stands for a state of 1.</summary>
    public const int StateOne = 1 << StateBits;

    /// <summary>R_Z: fractional bits of a forget gate.</summary>
    public const int GateBits = 10;

    /// <summary>The integer that stands for a gate of 1, which forgets nothing.</summary>
    public const int GateOne = 1 << GateBits;

    /// <summary>
    /// States beyond this magnitude are an error. One update adds at most <see cref="StateOne"/>, so the check trips before an int32 could wrap.
    /// </summary>
    public const int StateLimit = int.MaxValue - 2 * StateOne;
}
