using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// The multiplication of states by forget gates alone, over a block of rows and some steps: with lost-bit lanes, its undoing, and without lanes.
/// Within a cell's sweep it cannot be told apart from the gates around it.
/// </summary>
internal abstract class ExchangeSweep : IDisposable
{
    protected const int Units = 320;
    protected const int Steps = 16;

    public abstract long Multiplications { get; }

    public static ExchangeSweep For(SimdWidth width, ForgettingLimit limit) => width switch
    {
        SimdWidth.Bits512 => new ExchangeSweep<F32x16, I32x16, F64x16>(limit),
        SimdWidth.Bits256 => new ExchangeSweep<F32x8, I32x8, F64x8>(limit),
        SimdWidth.Bits128 => new ExchangeSweep<F32x4, I32x4, F64x4>(limit),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "Unknown register width."),
    };

    /// <summary>Multiplies, digits to the lanes.</summary>
    public abstract void Forward();

    /// <summary>Undoes <see cref="Forward"/>; an exception says that it did not come back to the start.</summary>
    public abstract void Back();

    /// <summary>Multiplies as prediction does, digits thrown away.</summary>
    public abstract void Plain();

    public abstract void Dispose();
}
