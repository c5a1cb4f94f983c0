using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;
using static Microsoft.ML.RevRnn.Cells.RevLstmSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// RevLSTM (MacKay et al. 2018, section 3.1). Half 1 reads the old second half of h, half 2 the new first half. For each half:
/// z = lim(a_z), g = tanh(a_g), f = sigmoid(a_f), o = sigmoid(a_o), p = lim(a_p);
/// c := z c + f g; h := p h + o tanh(c). The letters are those of the authors' code: z and p forget the cell and the hidden state, f is the input gate.
/// </summary>
/// <remarks>
/// h is not bounded by 1 like an ordinary LSTM's: with p = 0.56 in the middle of its range, small changes that all point the same way, as the first ones do,
/// feed back on h until p is near 1 and h is 200. With a p that begins near its least, h is almost overwritten at each step, as in an LSTM, and c is the memory.
/// </remarks>
internal sealed class RevLstmSpec() : CellSpec(CellKind.RevLstm, halves: 2, ["h", "c"],
[
    new("z", GateActivation.LimitedSigmoid) { Forgets = true },
    new("g", GateActivation.Tanh),
    new("f", GateActivation.Sigmoid),
    new("o", GateActivation.Sigmoid),
    new("p", GateActivation.LimitedSigmoid) { Forgets = true, InitialBias = -2 },
])
{
    public const int H = 0, C = 1;
    public const int Z = 0, G = 1, F = 2, O = 3, P = 4;

    /// <summary>
    /// An update adds at most 1 to a state, which so stays below 1 / (1 - 1019 / 1024) = 205 in magnitude and within the 256 of the fixed-point format, however
    /// long the text.
    /// </summary>
    public override int MaximumGate => 1019;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, RevLstm<TFloat, TInt, TState>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="RevLstmSpec"/>.</summary>
internal readonly unsafe struct RevLstm<TFloat, TInt, TState> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public static TInt Forward(in HalfRow row)
    {
        var c = Update<TFloat, TInt, TState>.Forward(row, C, Kept(row, Z), new GatedCandidate<TFloat, TInt>(row.Gate(F), row.Gate(G)));
        return TInt.Max(c, Update<TFloat, TInt, TState>.Forward(row, H, Kept(row, P), new GatedOutput<TFloat, TInt>(row, O, C)));
    }

    public static void Reverse(in HalfRow row)
    {
        Update<TFloat, TInt, TState>.Reverse(row, H, Kept(row, P), new GatedOutput<TFloat, TInt>(row, O, C));
        Update<TFloat, TInt, TState>.Reverse(row, C, Kept(row, Z), new GatedCandidate<TFloat, TInt>(row.Gate(F), row.Gate(G)));
    }

    public static void Backward(in HalfRow row)
    {
        Sweeps<TFloat, TInt>.Tanh(row.After(C), row.Scratch, row.Length);
        Update<TFloat, TInt, TState>.Backward(row, H, Kept(row, P), new GatedOutput<TFloat, TInt>(row, O, C));
        Update<TFloat, TInt, TState>.Backward(row, C, Kept(row, Z), new GatedCandidate<TFloat, TInt>(row.Gate(F), row.Gate(G)));
    }

    private static ForgetGate<TFloat, TInt, TState> Kept(in HalfRow row, int gate) => new(row.Gate(gate), row.Limits);
}
