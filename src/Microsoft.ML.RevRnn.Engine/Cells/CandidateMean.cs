using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>The update of GRUs and leaky units: h := z h + (1 - z) g, with the forget gate z and the candidate g.</summary>
internal static unsafe class CandidateMean<TFloat, TInt, TState>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
    where TState : struct, IStateArithmetic<TFloat, TInt>
{
    public static TInt Forward(in HalfRow row, int z, int g) => Update<TFloat, TInt, TState>.Forward(row, CellSpec.HiddenState, Kept(row, z), Added(row, z, g));

    public static void Reverse(in HalfRow row, int z, int g) => Update<TFloat, TInt, TState>.Reverse(row, CellSpec.HiddenState, Kept(row, z), Added(row, z, g));

    public static void Backward(in HalfRow row, int z, int g) => Update<TFloat, TInt, TState>.Backward(row, CellSpec.HiddenState, Kept(row, z), Added(row, z, g));

    private static ForgetGate<TFloat, TInt, TState> Kept(in HalfRow row, int z) => new(row.Gate(z), row.Limits);

    private static ComplementedCandidate<TFloat, TInt> Added(in HalfRow row, int z, int g) => new(row.Gate(z), row.Gate(g));
}
