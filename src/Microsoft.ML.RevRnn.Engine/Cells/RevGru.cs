using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;
using static Microsoft.ML.RevRnn.Cells.RevGruSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// RevGRU (MacKay et al. 2018, section 3.1). Half 1 reads the old second half of h, half 2 the new first half; call it k. For each half:
/// z = lim(a_z), r = sigmoid(a_r), g = tanh(x U_x + (r k) U_h + b); h := z h + (1 - z) g. z is the forget gate: it keeps.
/// An update adds (1 - z) g, so h stays under 1.5.
/// </summary>
internal sealed class RevGruSpec() : CellSpec(CellKind.RevGru, halves: 2, ["h"],
[
    new("z", GateActivation.LimitedSigmoid) { Forgets = true },
    new("r", GateActivation.Sigmoid) { Resets = true },
    new("g", GateActivation.Tanh, GateSource.InputAndResetHidden),
])
{
    public const int H = 0;
    public const int Z = 0, R = 1, G = 2;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, RevGru<TFloat, TInt, TState>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="RevGruSpec"/>; with one half, which reads itself, those of <see cref="GruSpec"/>.</summary>
internal readonly unsafe struct RevGru<TFloat, TInt, TState> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public static TInt Forward(in HalfRow row) => CandidateMean<TFloat, TInt, TState>.Forward(row, Z, G);

    public static void Reverse(in HalfRow row) => CandidateMean<TFloat, TInt, TState>.Reverse(row, Z, G);

    public static void Backward(in HalfRow row) => CandidateMean<TFloat, TInt, TState>.Backward(row, Z, G);
}
