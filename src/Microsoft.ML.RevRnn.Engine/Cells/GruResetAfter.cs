using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;
using static Microsoft.ML.RevRnn.Cells.GruResetAfterSpec;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// GRU whose reset gate acts after the matrix product, as in PyTorch and cuDNN: r = sigmoid(a_r), z = sigmoid(a_z), q = h U_n + b_hn,
/// n = tanh(x W_n + b_in + r q); h := z h + (1 - z) n. It reads the state that it changes, so it cannot be reversed; its state is floats.
/// </summary>
internal sealed class GruResetAfterSpec() : CellSpec(CellKind.GruResetAfter, halves: 1, ["h"],
[
    new("r", GateActivation.Sigmoid),
    new("z", GateActivation.Sigmoid),
    new("q", GateActivation.None, GateSource.Hidden),
    new("n", GateActivation.None, GateSource.Input),
])
{
    public const int H = 0;
    public const int R = 0, Z = 1, Q = 2, N = 3;

    public override RecurrentCell Create<TFloat, TInt, TState>(CellShape shape, ForgettingLimit limit, MatrixKernel kernel) =>
        new GatedCell<TFloat, TInt, TState, GruResetAfter<TFloat, TInt, TState>>(shape, limit, kernel);
}

/// <summary>The equations of <see cref="GruResetAfterSpec"/>.</summary>
internal readonly unsafe struct GruResetAfter<TFloat, TInt, TState> : ICellEquations<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public static TInt Forward(in HalfRow row)
    {
        Combine(row.Gate(R), row.Gate(Q), row.Gate(N), row.Length);
        return CandidateMean<TFloat, TInt, TState>.Forward(row, Z, N);
    }

    public static void Backward(in HalfRow row)
    {
        CandidateMean<TFloat, TInt, TState>.Backward(row, Z, N);
        BackwardCombine(row.Gate(R), row.Gate(Q), row.Gate(N), row.Length);
    }

    /// <summary>n := tanh(n + r q).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Combine(float* reset, float* product, float* candidate, int length)
    {
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var a = TFloat.FusedMultiplyAdd(TFloat.Load(reset + u), TFloat.Load(product + u), TFloat.Load(candidate + u));
            LaneMath.Tanh<TFloat, TInt>(a).Store(candidate + u);
        }
    }

    /// <summary>From the gradient by n's pre-activation to those by r's, and by q, in place.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BackwardCombine(float* reset, float* product, float* candidate, int length)
    {
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var r = TFloat.Load(reset + u);
            var d = TFloat.Load(candidate + u);
            (d * TFloat.Load(product + u) * Sweeps<TFloat, TInt>.SigmoidSlope(r)).Store(reset + u);
            (d * r).Store(product + u);
        }
    }
}
