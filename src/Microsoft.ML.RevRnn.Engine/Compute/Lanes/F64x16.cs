using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>16 doubles in two 512-bit registers.</summary>
/// <remarks>
/// Conversions to and from integers add the constant 1.5 * 2^52, which leaves the integer in the low bits of the mantissa:
/// exact for every <see cref="int"/>, and free of the 64-bit conversions that instruction sets before AVX-512 lack.
/// </remarks>
internal readonly unsafe struct F64x16(Vector512<double> lower, Vector512<double> upper) : IWideLane<F64x16, I32x16>
{
    private const double Magic = 6755399441055744.0;
    private const long MagicBits = 0x4338000000000000;

    private readonly Vector512<double> _lower = lower;
    private readonly Vector512<double> _upper = upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x16 Load(double* source) => new(Vector512.Load(source), Vector512.Load(source + Vector512<double>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x16 Broadcast(double value) => new(Vector512.Create(value), Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x16 FromInt(I32x16 value)
    {
        var bits = Vector512.Create(MagicBits);
        var magic = Vector512.Create(Magic);
        return new(
            (Vector512.WidenLower(value.Vector) + bits).AsDouble() - magic,
            (Vector512.WidenUpper(value.Vector) + bits).AsDouble() - magic);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x16 operator *(F64x16 left, F64x16 right) => new(left._lower * right._lower, left._upper * right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x16 operator /(F64x16 left, F64x16 right) => new(left._lower / right._lower, left._upper / right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x16 FusedMultiplyAdd(F64x16 left, F64x16 right, F64x16 addend) => new(
        Vector512.FusedMultiplyAdd(left._lower, right._lower, addend._lower),
        Vector512.FusedMultiplyAdd(left._upper, right._upper, addend._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x16 Floor(F64x16 value) => new(Vector512.Floor(value._lower), Vector512.Floor(value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(double* destination)
    {
        _lower.Store(destination);
        _upper.Store(destination + Vector512<double>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public I32x16 ToInt()
    {
        var magic = Vector512.Create(Magic);
        return new(Vector512.Narrow((_lower + magic).AsInt64(), (_upper + magic).AsInt64()));
    }
}
