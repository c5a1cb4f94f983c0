using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>8 doubles in two 256-bit registers.</summary>
/// <remarks>
/// Conversions to and from integers add the constant 1.5 * 2^52, which leaves the integer in the low bits of the mantissa:
/// exact for every <see cref="int"/>, and free of the 64-bit conversions that instruction sets before AVX-512 lack.
/// </remarks>
internal readonly unsafe struct F64x8(Vector256<double> lower, Vector256<double> upper) : IWideLane<F64x8, I32x8>
{
    private const double Magic = 6755399441055744.0;
    private const long MagicBits = 0x4338000000000000;

    private readonly Vector256<double> _lower = lower;
    private readonly Vector256<double> _upper = upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Load(double* source) => new(Vector256.Load(source), Vector256.Load(source + Vector256<double>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Broadcast(double value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 FromInt(I32x8 value)
    {
        var bits = Vector256.Create(MagicBits);
        var magic = Vector256.Create(Magic);
        return new(
            (Vector256.WidenLower(value.Vector) + bits).AsDouble() - magic,
            (Vector256.WidenUpper(value.Vector) + bits).AsDouble() - magic);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator *(F64x8 left, F64x8 right) => new(left._lower * right._lower, left._upper * right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator /(F64x8 left, F64x8 right) => new(left._lower / right._lower, left._upper / right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 FusedMultiplyAdd(F64x8 left, F64x8 right, F64x8 addend) => new(
        Vector256.FusedMultiplyAdd(left._lower, right._lower, addend._lower),
        Vector256.FusedMultiplyAdd(left._upper, right._upper, addend._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Floor(F64x8 value) => new(Vector256.Floor(value._lower), Vector256.Floor(value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(double* destination)
    {
        _lower.Store(destination);
        _upper.Store(destination + Vector256<double>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public I32x8 ToInt()
    {
        var magic = Vector256.Create(Magic);
        return new(Vector256.Narrow((_lower + magic).AsInt64(), (_upper + magic).AsInt64()));
    }
}
