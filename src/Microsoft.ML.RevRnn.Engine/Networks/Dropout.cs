using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Inverted dropout: each value is zeroed with probability <see cref="Rate"/>, the others are divided by 1 - Rate. The mask is a function of
/// a key, so the backward pass and reversal ask for it again instead of storing it.
/// </summary>
internal abstract unsafe class Dropout(float rate)
{
    public float Rate { get; } = rate;

    public static Dropout For(SimdWidth width, float rate) => width.Create<Dropout, Factory>(new(rate));

    /// <summary>target = source * mask(key) / (1 - rate) over <paramref name="length"/> values, a multiple of 16.</summary>
    public abstract void Apply(float* source, float* target, int length, ulong key);

    private readonly struct Factory(float rate) : ILaneFactory<Dropout>
    {
        public Dropout Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new Dropout<TFloat, TInt>(rate);
    }
}
