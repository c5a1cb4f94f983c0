using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;
using static Microsoft.ML.RevRnn.Cells.NfRevGruSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// NF-RevGRU: RevGRU without forgetting (MacKay et al. 2018, section 4). For each half, with the gates of RevGRU, h := h + (1 - z) g: z only says
/// how little is added. Going back is subtraction, so there are no lost bits; but nothing bounds the state.
/// </summary>
internal sealed class NfRevGruSpec() : CellSpec(CellKind.NfRevGru, halves: 2, ["h"],
[
    new("z", GateActivation.LimitedSigmoid),
    new("r", GateActivation.Sigmoid) { Resets = true },
    new("g", GateActivation.Tanh, GateSource.InputAndResetHidden),
])
{
    public const int H = 0;
    public const int Z = 0, R = 1, G = 2;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, NfRevGru<TFloat, TInt, TState>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="NfRevGruSpec"/>.</summary>
internal readonly unsafe struct NfRevGru<TFloat, TInt, TState> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    private static KeepAll<TFloat, TInt> All => default;

    public static TInt Forward(in HalfRow row) => Update<TFloat, TInt, TState>.Forward(row, H, All, new Addend(row));

    public static void Reverse(in HalfRow row) => Update<TFloat, TInt, TState>.Reverse(row, H, All, new Addend(row));

    public static void Backward(in HalfRow row) => Update<TFloat, TInt, TState>.Backward(row, H, All, new Addend(row));

    /// <summary>(1 - z) g, where z has no other part in the update.</summary>
    private readonly struct Addend(in HalfRow row) : IAddend<TFloat>
    {
        private readonly float* _z = row.Gate(Z);
        private readonly float* _g = row.Gate(G);
        private readonly float _range = row.Limits.Range;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TFloat Value(int unit) => (TFloat.Broadcast(1f) - TFloat.Load(_z + unit)) * TFloat.Load(_g + unit);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TFloat SlopeByKeep(TFloat before, int unit) => before;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Backward(TFloat gradient, int unit)
        {
            var z = TFloat.Load(_z + unit);
            var g = TFloat.Load(_g + unit);
            (gradient * (TFloat.Broadcast(0f) - g) * Sweeps<TFloat, TInt>.LimitedSigmoidSlope(z, TFloat.Broadcast(_range))).Store(_z + unit);
            (gradient * (TFloat.Broadcast(1f) - z) * Sweeps<TFloat, TInt>.TanhSlope(g)).Store(_g + unit);
        }
    }
}
