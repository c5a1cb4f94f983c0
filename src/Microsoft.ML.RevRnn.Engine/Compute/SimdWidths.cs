using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>Which register widths this machine has, and the one place where a width becomes lanes.</summary>
internal static class SimdWidths
{
    /// <summary>The widest registers this machine computes with.</summary>
    public static SimdWidth Best { get; } =
        Vector512.IsHardwareAccelerated ? SimdWidth.Bits512
        : Vector256.IsHardwareAccelerated ? SimdWidth.Bits256
        : SimdWidth.Bits128;

    /// <summary>Makes the form of an object for a width.</summary>
    public static T Create<T, TFactory>(this SimdWidth width, TFactory factory)
        where TFactory : ILaneFactory<T>
        => width switch
        {
            SimdWidth.Bits512 => factory.Create<F32x16, I32x16, F64x16>(),
            SimdWidth.Bits256 => factory.Create<F32x8, I32x8, F64x8>(),
            SimdWidth.Bits128 => factory.Create<F32x4, I32x4, F64x4>(),
            _ => throw new ArgumentOutOfRangeException(nameof(width), width, "Unknown register width."),
        };
}
