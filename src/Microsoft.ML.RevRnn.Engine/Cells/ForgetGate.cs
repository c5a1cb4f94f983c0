using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>Keeps as much of a state as a gate says: z s.</summary>
internal readonly unsafe struct ForgetGate<TFloat, TInt, TState>(float* gate, GateLimits limits) : IKeep<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    private readonly float* _gate = gate;
    private readonly float* _minimum = limits.Minimum;
    private readonly float _maximum = limits.Maximum;
    private readonly float _range = limits.Range;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInt Scale(TInt state, int unit, LostBitLanes lanes) =>
        TState.Multiply(state, Quantized(TFloat.Load(_gate + unit), unit), lanes, unit % LostBitLanes.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInt Unscale(TInt state, int unit, LostBitLanes lanes) =>
        TState.Unmultiply(state, Quantized(TFloat.Load(_gate + unit), unit), lanes, unit % LostBitLanes.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat Backward(TFloat gradient, TFloat slope, int unit)
    {
        var z = TFloat.Load(_gate + unit);
        (gradient * slope * Sweeps<TFloat, TInt>.LimitedSigmoidSlope(z, TFloat.Broadcast(_range))).Store(_gate + unit);
        return gradient * TState.Factor(Quantized(z, unit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TFloat Quantized(TFloat z, int unit) => TState.Quantize(z, TFloat.Load(_minimum + unit), TFloat.Broadcast(_maximum));
}
