using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using static Microsoft.ML.RevRnn.Cells.LstmSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Ordinary LSTM (Hochreiter and Schmidhuber 1997, with forget gate; blocks as in PyTorch):
/// i = sigmoid(a_i), f = sigmoid(a_f), g = tanh(a_g), o = sigmoid(a_o); c := f c + i g; h := o tanh(c).
/// It overwrites h, so it cannot be reversed; its states are floats.
/// </summary>
internal sealed class LstmSpec() : CellSpec(CellKind.Lstm, halves: 1, ["h", "c"],
[
    new("i", GateActivation.Sigmoid),
    new("f", GateActivation.Sigmoid),
    new("g", GateActivation.Tanh),
    new("o", GateActivation.Sigmoid),
])
{
    public const int H = 0, C = 1;
    public const int I = 0, F = 1, G = 2, O = 3;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, Lstm<TFloat, TInt>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="LstmSpec"/>. c := f c + i g is one multiply-add, and both states are one sweep.</summary>
internal readonly unsafe struct Lstm<TFloat, TInt> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TInt Forward(in HalfRow row)
    {
        var length = row.Length;
        var cell = row.Now(C);
        var hidden = row.Now(H);
        var cellAfter = row.After(C);
        var hiddenAfter = row.After(H);
        var input = row.Gate(I);
        var forget = row.Gate(F);
        var candidate = row.Gate(G);
        var output = row.Gate(O);
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var kept = TFloat.Load(forget + u) * TFloat.FromBits(TInt.Load(cell + u));
            var c = TFloat.FusedMultiplyAdd(TFloat.Load(input + u), TFloat.Load(candidate + u), kept);
            var h = TFloat.Load(output + u) * LaneMath.Tanh<TFloat, TInt>(c);
            c.Bits().Store(cell + u);
            h.Bits().Store(hidden + u);
            c.Store(cellAfter + u);
            h.Store(hiddenAfter + u);
        }
        return TInt.Broadcast(0);
    }

    public static void Backward(in HalfRow row)
    {
        Sweeps<TFloat, TInt>.Tanh(row.After(C), row.Scratch, row.Length);
        BackwardUpdate(row);
    }

    /// <summary>The row's scratch holds tanh(c).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BackwardUpdate(in HalfRow row)
    {
        var length = row.Length;
        var activation = row.Scratch;
        var before = row.Before(C);
        var dHidden = row.Gradient(H);
        var dCell = row.Gradient(C);
        var input = row.Gate(I);
        var forget = row.Gate(F);
        var candidate = row.Gate(G);
        var output = row.Gate(O);
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var i = TFloat.Load(input + u);
            var f = TFloat.Load(forget + u);
            var g = TFloat.Load(candidate + u);
            var o = TFloat.Load(output + u);
            var a = TFloat.Load(activation + u);
            var dh = TFloat.Load(dHidden + u);
            var dc = TFloat.FusedMultiplyAdd(dh * o, Sweeps<TFloat, TInt>.TanhSlope(a), TFloat.Load(dCell + u));
            (dc * g * Sweeps<TFloat, TInt>.SigmoidSlope(i)).Store(input + u);
            (dc * TFloat.Load(before + u) * Sweeps<TFloat, TInt>.SigmoidSlope(f)).Store(forget + u);
            (dc * i * Sweeps<TFloat, TInt>.TanhSlope(g)).Store(candidate + u);
            (dh * a * Sweeps<TFloat, TInt>.SigmoidSlope(o)).Store(output + u);
            (dc * f).Store(dCell + u);
            TFloat.Broadcast(0f).Store(dHidden + u);
        }
    }
}
