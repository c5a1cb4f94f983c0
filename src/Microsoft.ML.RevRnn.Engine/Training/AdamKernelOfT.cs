using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Training;

/// <inheritdoc/>
internal sealed unsafe class AdamKernel<TFloat, TInt> : AdamKernel
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Step(
        float* value, float* gradient, float* first, float* second, long length, float scale, float rate, float root, float keep)
    {
        var s = TFloat.Broadcast(scale);
        var beta1 = TFloat.Broadcast(Beta1);
        var beta2 = TFloat.Broadcast(Beta2);
        var rest1 = TFloat.Broadcast(1 - Beta1);
        var rest2 = TFloat.Broadcast(1 - Beta2);
        var inverseRoot = TFloat.Broadcast(1 / root);
        var epsilon = TFloat.Broadcast(Epsilon);
        var step = TFloat.Broadcast(rate);
        var kept = TFloat.Broadcast(keep);
        var zero = TFloat.Broadcast(0);
        for (var i = 0L; i < length; i += TFloat.Count)
        {
            var g = TFloat.Load(gradient + i) * s;
            zero.Store(gradient + i);
            var m = TFloat.FusedMultiplyAdd(beta1, TFloat.Load(first + i), rest1 * g);
            var v = TFloat.FusedMultiplyAdd(beta2, TFloat.Load(second + i), rest2 * g * g);
            m.Store(first + i);
            v.Store(second + i);
            (kept * TFloat.Load(value + i) - step * m / TFloat.FusedMultiplyAdd(TFloat.SquareRoot(v), inverseRoot, epsilon)).Store(value + i);
        }
    }
}
