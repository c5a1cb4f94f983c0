using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>f g, of an input gate f, a sigmoid, and a candidate g, a tanh.</summary>
internal readonly unsafe struct GatedCandidate<TFloat, TInt>(float* gate, float* candidate) : IAddend<TFloat>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    private readonly float* _gate = gate;
    private readonly float* _candidate = candidate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat Value(int unit) => TFloat.Load(_gate + unit) * TFloat.Load(_candidate + unit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat SlopeByKeep(TFloat before, int unit) => before;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward(TFloat gradient, int unit)
    {
        var f = TFloat.Load(_gate + unit);
        var g = TFloat.Load(_candidate + unit);
        (gradient * f * Sweeps<TFloat, TInt>.TanhSlope(g)).Store(_candidate + unit);
        (gradient * g * Sweeps<TFloat, TInt>.SigmoidSlope(f)).Store(_gate + unit);
    }
}
