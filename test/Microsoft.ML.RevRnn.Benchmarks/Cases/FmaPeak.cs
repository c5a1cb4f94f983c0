using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// The ceiling of a matrix product on one core: independent chains of fused multiply-adds that never leave the registers. Twelve chains are
/// more than the instruction's latency times the units that execute it, on all cores we know of.
/// </summary>
internal abstract class FmaPeak
{
    /// <summary>Floating-point operations of one call of <see cref="Run"/>.</summary>
    public abstract double Operations { get; }

    public static FmaPeak For(SimdWidth width) => width switch
    {
        SimdWidth.Bits512 => new FmaPeak<F32x16, I32x16>(),
        SimdWidth.Bits256 => new FmaPeak<F32x8, I32x8>(),
        SimdWidth.Bits128 => new FmaPeak<F32x4, I32x4>(),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "Unknown register width."),
    };

    public abstract void Run();
}
