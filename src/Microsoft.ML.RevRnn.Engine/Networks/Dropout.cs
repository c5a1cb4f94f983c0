using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Inverted dropout: each value is zeroed with probability <see cref="Rate"/>, the others are divided by 1 - Rate. The mask is a function of
/// a key, so the backward pass and reversal ask for it again instead of storing it.
/// </summary>
internal abstract unsafe class Dropout(float rate)
{
    public float Rate { get; } = rate;

    public static Dropout For(SimdWidth width, float rate) => width switch
    {
        SimdWidth.Bits512 => new Dropout<F32x16, I32x16>(rate),
        SimdWidth.Bits256 => new Dropout<F32x8, I32x8>(rate),
        SimdWidth.Bits128 => new Dropout<F32x4, I32x4>(rate),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "Unknown register width."),
    };

    /// <summary>target = source * mask(key) / (1 - rate) over <paramref name="length"/> values, a multiple of 16.</summary>
    public abstract void Apply(float* source, float* target, int length, ulong key);
}
