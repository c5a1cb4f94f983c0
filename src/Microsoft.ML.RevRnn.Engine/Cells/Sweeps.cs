using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>Activations over one row's block of units, and their slopes.</summary>
/// <remarks>
/// Sweeps are separate methods because the just-in-time compiler stops inlining lane operations where a method grows too large, which costs far more than passing
/// over a row again in the first-level cache.
/// </remarks>
internal static unsafe class Sweeps<TFloat, TInt>
    where TFloat : struct, IFloatLane<TFloat, TInt>
    where TInt : struct, IIntLane<TInt>
{
    /// <summary>Pre-activations to gates, in place.</summary>
    public static void Activate(float* values, int length, GateActivation activation, float range)
    {
        switch (activation)
        {
            case GateActivation.Sigmoid:
                Sigmoid(values, length);
                break;
            case GateActivation.Tanh:
                Tanh(values, values, length);
                break;
            case GateActivation.LimitedSigmoid:
                LimitedSigmoid(values, length, range);
                break;
        }
    }

    /// <summary>z = m sigmoid(a) + (1 - m) in place: a gate that forgets a limited number of bits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void LimitedSigmoid(float* values, int length, float range)
    {
        var m = TFloat.Broadcast(range);
        var least = TFloat.Broadcast(1f) - m;
        for (var i = 0; i < length; i += TFloat.Count)
            TFloat.FusedMultiplyAdd(m, LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(values + i)), least).Store(values + i);
    }

    /// <summary>sigmoid(a) in place.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Sigmoid(float* values, int length)
    {
        for (var i = 0; i < length; i += TFloat.Count)
            LaneMath.Sigmoid<TFloat, TInt>(TFloat.Load(values + i)).Store(values + i);
    }

    /// <summary>target = tanh(source).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Tanh(float* source, float* target, int length)
    {
        for (var i = 0; i < length; i += TFloat.Count)
            LaneMath.Tanh<TFloat, TInt>(TFloat.Load(source + i)).Store(target + i);
    }

    /// <summary>product = left * right.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Multiply(float* left, float* right, float* product, int length)
    {
        for (var i = 0; i < length; i += TFloat.Count)
            (TFloat.Load(left + i) * TFloat.Load(right + i)).Store(product + i);
    }

    /// <summary>Through the product of a reset gate and a state, from its gradient: gradients by the gate, in place, and by the state, added.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void BackwardReset(float* reset, float* state, float* productGradient, float* stateGradient, int length)
    {
        for (var u = 0; u < length; u += TFloat.Count)
        {
            var r = TFloat.Load(reset + u);
            var d = TFloat.Load(productGradient + u);
            TFloat.FusedMultiplyAdd(d, r, TFloat.Load(stateGradient + u)).Store(stateGradient + u);
            (d * TFloat.Load(state + u) * SigmoidSlope(r)).Store(reset + u);
        }
    }

    /// <summary>dz/da = m s (1 - s) = (z - (1 - m)) (1 - z) / m, with s = sigmoid(a).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat LimitedSigmoidSlope(TFloat z, TFloat range)
    {
        var one = TFloat.Broadcast(1f);
        return (z - (one - range)) * (one - z) / range;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat SigmoidSlope(TFloat s) => s * (TFloat.Broadcast(1f) - s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat TanhSlope(TFloat g) => TFloat.Broadcast(1f) - g * g;
}
