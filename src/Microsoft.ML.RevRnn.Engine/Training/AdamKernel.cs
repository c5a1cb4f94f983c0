using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>The elementwise part of AdamW (Loshchilov and Hutter 2019).</summary>
internal abstract unsafe class AdamKernel
{
    public const float Beta1 = 0.9f;
    public const float Beta2 = 0.999f;
    public const float Epsilon = 1e-8f;

    public static AdamKernel For(SimdWidth width) => width.Create<AdamKernel, Factory>(default);

    /// <summary>
    /// m := b1 m + (1 - b1) s g; v := b2 v + (1 - b2) (s g)^2; w := keep w - rate m / (sqrt(v) / root + epsilon); g := 0.
    /// </summary>
    /// <param name="value">w.</param>
    /// <param name="gradient">g; zeroed.</param>
    /// <param name="first">m.</param>
    /// <param name="second">v.</param>
    /// <param name="length">Number of values, a multiple of 16.</param>
    /// <param name="scale">s, what clipping leaves of the gradient.</param>
    /// <param name="rate">Step size over 1 - b1^t.</param>
    /// <param name="root">sqrt(1 - b2^t).</param>
    /// <param name="keep">1 - step size * weight decay.</param>
    public abstract void Step(
        float* value, float* gradient, float* first, float* second, long length, float scale, float rate, float root, float keep);

    private readonly struct Factory : ILaneFactory<AdamKernel>
    {
        public AdamKernel Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new AdamKernel<TFloat, TInt>();
    }
}
