using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;
using static Microsoft.ML.RevRnn.Cells.RevLeakySpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Reversible leaky units. Half 1 reads the old second half of h, half 2 the new first half; call it k. For each half: z = lim(b_z), g = tanh(x U_x + k U_k + b);
/// h := z h + (1 - z) g. An update adds (1 - z) g, so h stays under 1.5.
/// </summary>
internal sealed class RevLeakySpec() : CellSpec(CellKind.RevLeaky, halves: 2, ["h"],
[
    new("g", GateActivation.Tanh),
    new("z", GateActivation.LimitedSigmoid, GateSource.Bias) { Forgets = true },
])
{
    public const int H = 0;
    public const int G = 0, Z = 1;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, RevLeaky<TFloat, TInt, TState>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="RevLeakySpec"/>; with one half, which reads itself, those of <see cref="LeakyElmanSpec"/>.</summary>
internal readonly unsafe struct RevLeaky<TFloat, TInt, TState> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public static TInt Forward(in HalfRow row) => CandidateMean<TFloat, TInt, TState>.Forward(row, Z, G);

    public static void Reverse(in HalfRow row) => CandidateMean<TFloat, TInt, TState>.Reverse(row, Z, G);

    public static void Backward(in HalfRow row) => CandidateMean<TFloat, TInt, TState>.Backward(row, Z, G);
}
