using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>What an update leaves of the old state; unit is the first of a register's.</summary>
internal interface IKeep<TFloat, TInt>
{
    /// <summary>keep s.</summary>
    TInt Scale(TInt state, int unit, LostBitLanes lanes);

    /// <summary>Undoes <see cref="Scale"/>, exactly.</summary>
    TInt Unscale(TInt state, int unit, LostBitLanes lanes);

    /// <summary>From the gradient by the new state to that by the old one, and by the keep gate's pre-activation if there is one, in its place.</summary>
    /// <param name="gradient">By the new state.</param>
    /// <param name="slope">The new state's derivative by the keep gate.</param>
    /// <param name="unit">The first unit.</param>
    TFloat Backward(TFloat gradient, TFloat slope, int unit);
}
