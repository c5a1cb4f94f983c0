using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>(1 - z) g, of a candidate g, a tanh, and the gate z that keeps the state.</summary>
internal readonly unsafe struct ComplementedCandidate<TFloat, TInt>(float* keep, float* candidate) : IAddend<TFloat>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    private readonly float* _keep = keep;
    private readonly float* _candidate = candidate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat Value(int unit) => (TFloat.Broadcast(1f) - TFloat.Load(_keep + unit)) * TFloat.Load(_candidate + unit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat SlopeByKeep(TFloat before, int unit) => before - TFloat.Load(_candidate + unit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward(TFloat gradient, int unit)
    {
        var g = TFloat.Load(_candidate + unit);
        (gradient * (TFloat.Broadcast(1f) - TFloat.Load(_keep + unit)) * Sweeps<TFloat, TInt>.TanhSlope(g)).Store(_candidate + unit);
    }
}
