using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;
using static Microsoft.ML.RevRnn.Cells.ElmanSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Simple recurrent network (Elman 1990), as PyTorch's nn.RNN: g = tanh(a_g); h := g. It overwrites h, so it cannot be reversed; its state is floats.
/// </summary>
/// <param name="source">What g reads: x alone where the output that is fed back takes the place of h.</param>
internal sealed class ElmanSpec(GateSource source = GateSource.InputAndHidden) : CellSpec(CellKind.Elman, halves: 1, ["h"], [new("g", GateActivation.Tanh, source)])
{
    public const int H = 0;
    public const int G = 0;

    public override bool PassesStateByWeights => Gates[G].ReadsHidden;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, Elman<TFloat, TInt, TState>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="ElmanSpec"/>.</summary>
internal readonly unsafe struct Elman<TFloat, TInt, TState> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public static TInt Forward(in HalfRow row) => Update<TFloat, TInt, TState>.Forward(row, H, default(Overwritten), new Candidate(row.Gate(G)));

    public static void Backward(in HalfRow row) => Update<TFloat, TInt, TState>.Backward(row, H, default(Overwritten), new Candidate(row.Gate(G)));

    /// <summary>Keeps nothing of a state.</summary>
    private readonly struct Overwritten : IKeep<TFloat, TInt>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TInt Scale(TInt state, int unit, LostBitLanes lanes) => TInt.Broadcast(0);

        public TInt Unscale(TInt state, int unit, LostBitLanes lanes) => throw new NotSupportedException("What was overwritten does not come back.");

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TFloat Backward(TFloat gradient, TFloat slope, int unit) => TFloat.Broadcast(0f);
    }

    /// <summary>g.</summary>
    private readonly struct Candidate(float* candidate) : IAddend<TFloat>
    {
        private readonly float* _candidate = candidate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TFloat Value(int unit) => TFloat.Load(_candidate + unit);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TFloat SlopeByKeep(TFloat before, int unit) => before;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Backward(TFloat gradient, int unit) =>
            (gradient * Sweeps<TFloat, TInt>.TanhSlope(TFloat.Load(_candidate + unit))).Store(_candidate + unit);
    }
}
