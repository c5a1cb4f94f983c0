using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>tanh of rows and its slope, the same bits at each width of the registers.</summary>
internal abstract unsafe class TanhKernel
{
    public static TanhKernel For(SimdWidth width) => width.Create<TanhKernel, Factory>(default);

    /// <summary>y = tanh x in place, over <paramref name="length"/> values, a multiple of 16.</summary>
    public abstract void Apply(float* values, int length);

    /// <summary>From the gradient by y to that by x, in place: g (1 - y y).</summary>
    public abstract void Backward(float* outputs, float* gradient, int length);

    private readonly struct Factory : ILaneFactory<TanhKernel>
    {
        public TanhKernel Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new OfLanes<TFloat, TInt>();
    }

    private sealed class OfLanes<TFloat, TInt> : TanhKernel
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public override void Apply(float* values, int length)
        {
            for (var i = 0; i < length; i += TFloat.Count)
                LaneMath.Tanh<TFloat, TInt>(TFloat.Load(values + i)).Store(values + i);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public override void Backward(float* outputs, float* gradient, int length)
        {
            var one = TFloat.Broadcast(1f);
            for (var i = 0; i < length; i += TFloat.Count)
            {
                var y = TFloat.Load(outputs + i);
                (TFloat.Load(gradient + i) * (one - y * y)).Store(gradient + i);
            }
        }
    }
}
