using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <inheritdoc/>
internal sealed unsafe class FmaPeak<TFloat, TInt> : FmaPeak
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    private const int Chains = 12;
    private const int Length = 100_000;

    private float _sink;

    public override double Operations => 2.0 * Chains * Length * TFloat.Count;

    public override void Run()
    {
        var sums = stackalloc float[TFloat.Count];
        Multiply(TFloat.Broadcast(1e-3f + _sink), TFloat.Broadcast(1e-3f)).Store(sums);
        _sink = sums[0] * 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TFloat Multiply(TFloat x, TFloat y)
    {
        TFloat c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (var i = 0; i < Length; i++)
        {
            c0 = TFloat.FusedMultiplyAdd(x, y, c0);
            c1 = TFloat.FusedMultiplyAdd(x, y, c1);
            c2 = TFloat.FusedMultiplyAdd(x, y, c2);
            c3 = TFloat.FusedMultiplyAdd(x, y, c3);
            c4 = TFloat.FusedMultiplyAdd(x, y, c4);
            c5 = TFloat.FusedMultiplyAdd(x, y, c5);
            c6 = TFloat.FusedMultiplyAdd(x, y, c6);
            c7 = TFloat.FusedMultiplyAdd(x, y, c7);
            c8 = TFloat.FusedMultiplyAdd(x, y, c8);
            c9 = TFloat.FusedMultiplyAdd(x, y, c9);
            c10 = TFloat.FusedMultiplyAdd(x, y, c10);
            c11 = TFloat.FusedMultiplyAdd(x, y, c11);
        }
        return c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11;
    }
}
