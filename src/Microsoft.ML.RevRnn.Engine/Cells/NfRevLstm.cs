using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;
using static Microsoft.ML.RevRnn.Cells.NfRevLstmSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// NF-RevLSTM: RevLSTM without forgetting (MacKay et al. 2018, section 4). For each half g = tanh(a_g), f = sigmoid(a_f), o = sigmoid(a_o);
/// c := c + f g; h := h + o tanh(c). Going back is subtraction, so there are no lost bits; but nothing bounds the states.
/// </summary>
internal sealed class NfRevLstmSpec() : CellSpec(CellKind.NfRevLstm, halves: 2, ["h", "c"],
[
    new("g", GateActivation.Tanh),
    new("f", GateActivation.Sigmoid),
    new("o", GateActivation.Sigmoid),
])
{
    public const int H = 0, C = 1;
    public const int G = 0, F = 1, O = 2;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, NfRevLstm<TFloat, TInt, TState>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="NfRevLstmSpec"/>.</summary>
internal readonly unsafe struct NfRevLstm<TFloat, TInt, TState> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    private static KeepAll<TFloat, TInt> All => default;

    public static TInt Forward(in HalfRow row)
    {
        var c = Update<TFloat, TInt, TState>.Forward(row, C, All, new GatedCandidate<TFloat, TInt>(row.Gate(F), row.Gate(G)));
        return TInt.Max(c, Update<TFloat, TInt, TState>.Forward(row, H, All, new GatedOutput<TFloat, TInt>(row, O, C)));
    }

    public static void Reverse(in HalfRow row)
    {
        Update<TFloat, TInt, TState>.Reverse(row, H, All, new GatedOutput<TFloat, TInt>(row, O, C));
        Update<TFloat, TInt, TState>.Reverse(row, C, All, new GatedCandidate<TFloat, TInt>(row.Gate(F), row.Gate(G)));
    }

    public static void Backward(in HalfRow row)
    {
        Sweeps<TFloat, TInt>.Tanh(row.After(C), row.Scratch, row.Length);
        Update<TFloat, TInt, TState>.Backward(row, H, All, new GatedOutput<TFloat, TInt>(row, O, C));
        Update<TFloat, TInt, TState>.Backward(row, C, All, new GatedCandidate<TFloat, TInt>(row.Gate(F), row.Gate(G)));
    }
}
