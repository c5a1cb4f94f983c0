using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>Keeps all of a state: s.</summary>
internal readonly struct KeepAll<TFloat, TInt> : IKeep<TFloat, TInt>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInt Scale(TInt state, int unit, LostBitLanes lanes) => state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInt Unscale(TInt state, int unit, LostBitLanes lanes) => state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat Backward(TFloat gradient, TFloat slope, int unit) => gradient;
}
