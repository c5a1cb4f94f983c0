using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using static Microsoft.ML.RevRnn.Cells.DeepTransitionSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Depth in the three places of a step (Pascanu et al. 2014): e = tanh(x U_e + b_e); s = tanh(e A + h B + b_s); g = tanh(s C + b_g), or with the shortcut tanh(s C + h D + b_g); h := g;
/// y := tanh(h E + b_y), which layers above and heads read. It overwrites h, so it cannot be reversed; its states are floats.
/// </summary>
/// <param name="kind">With the shortcut or without.</param>
internal sealed class DeepTransitionSpec(CellKind kind) : CellSpec(kind, halves: 1, ["h", "y"],
[
    new("s", GateActivation.Tanh, GateSource.Hidden),
    new("g", GateActivation.Tanh, kind == CellKind.DeepTransitionShortcut ? GateSource.Hidden : GateSource.Inner),
    new("e", GateActivation.Tanh, GateSource.Input),
    new("y", GateActivation.Tanh, GateSource.Inner),
],
[
    new CellStage(new GateRun(S, 1), Reads: 1),
    new CellStage(new GateRun(G, 1), Reads: 1),
    new CellStage(new GateRun(Y, 1), Reads: 1),
])
{
    public const int H = 0;
    public const int S = 0, G = 1, E = 2, Y = 3;

    /// <summary>The state y.</summary>
    public override int OutputState => 1;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new StagedCell<TFloat, TInt, TState, DeepTransition<TFloat, TInt>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="DeepTransitionSpec"/>: stage 0 reads e, stage 1 s and stage 2 the new h.</summary>
internal readonly unsafe struct DeepTransition<TFloat, TInt> : IStagedEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    public static void Derive(in HalfRow row, int stage, float* vectors, int stride) =>
        new ReadOnlySpan<float>(row.Gate(Read(stage)), row.Length).CopyTo(new Span<float>(vectors, row.Length));

    public static void Forward(in HalfRow row, int stages)
    {
        Set(row, H, G);
        Set(row, 1, Y);
    }

    public static void Backward(in HalfRow row, int stages, float* room)
    {
        Slope(row.Gradient(1), null, row.Gate(Y), row.Length);
        new Span<float>(row.Gradient(1), row.Length).Clear();
    }

    public static void BackwardDerive(in HalfRow row, int stage, float* gradient, int stride)
    {
        var read = Read(stage);
        Slope(gradient, read == G ? row.Gradient(H) : null, row.Gate(read), row.Length);
        if (read == G)
            new Span<float>(row.Gradient(H), row.Length).Clear();
    }

    private static int Read(int stage) => stage == 0 ? E : stage == 1 ? S : G;

    private static void Set(in HalfRow row, int state, int gate)
    {
        var source = row.Gate(gate);
        for (var u = 0; u < row.Length; u += TFloat.Count)
        {
            var value = TFloat.Load(source + u);
            value.Bits().Store(row.Now(state) + u);
            value.Store(row.After(state) + u);
        }
    }

    /// <summary>From the gradient by a gate, the sum of two parts if there are two, to that by its pre-activation, in the gate's place.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Slope(float* gradient, float* other, float* gate, int length)
    {
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var d = TFloat.Load(gradient + u);
            if (other != null)
                d += TFloat.Load(other + u);
            (d * Sweeps<TFloat, TInt>.TanhSlope(TFloat.Load(gate + u))).Store(gate + u);
        }
    }
}
