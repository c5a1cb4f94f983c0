using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>o tanh(c), of an output gate o, a sigmoid, and the new cell state.</summary>
/// <param name="row">The row.</param>
/// <param name="gate">o.</param>
/// <param name="state">c, whose tanh the backward pass finds in the row's scratch.</param>
internal readonly unsafe struct GatedOutput<TFloat, TInt>(in HalfRow row, int gate, int state) : IAddend<TFloat>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    private readonly float* _gate = row.Gate(gate);
    private readonly float* _cell = row.After(state);
    private readonly float* _activation = row.Scratch;
    private readonly float* _cellGradient = row.Gradient(state);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat Value(int unit) => TFloat.Load(_gate + unit) * LaneMath.Tanh<TFloat, TInt>(TFloat.Load(_cell + unit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TFloat SlopeByKeep(TFloat before, int unit) => before;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward(TFloat gradient, int unit)
    {
        var o = TFloat.Load(_gate + unit);
        var a = TFloat.Load(_activation + unit);
        TFloat.FusedMultiplyAdd(gradient * o, Sweeps<TFloat, TInt>.TanhSlope(a), TFloat.Load(_cellGradient + unit)).Store(_cellGradient + unit);
        (gradient * a * Sweeps<TFloat, TInt>.SigmoidSlope(o)).Store(_gate + unit);
    }
}
