using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>4 doubles in two 128-bit registers.</summary>
/// <remarks>
/// Conversions to and from integers add the constant 1.5 * 2^52, which leaves the integer in the low bits of the mantissa:
/// exact for every <see cref="int"/>, and free of the 64-bit conversions that instruction sets before AVX-512 lack.
/// </remarks>
internal readonly unsafe struct F64x4(Vector128<double> lower, Vector128<double> upper) : IWideLane<F64x4, I32x4>
{
    private const double Magic = 6755399441055744.0;
    private const long MagicBits = 0x4338000000000000;

    private readonly Vector128<double> _lower = lower;
    private readonly Vector128<double> _upper = upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Load(double* source) => new(Vector128.Load(source), Vector128.Load(source + Vector128<double>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Broadcast(double value) => new(Vector128.Create(value), Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 FromInt(I32x4 value)
    {
        var bits = Vector128.Create(MagicBits);
        var magic = Vector128.Create(Magic);
        return new(
            (Vector128.WidenLower(value.Vector) + bits).AsDouble() - magic,
            (Vector128.WidenUpper(value.Vector) + bits).AsDouble() - magic);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 operator *(F64x4 left, F64x4 right) => new(left._lower * right._lower, left._upper * right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 operator /(F64x4 left, F64x4 right) => new(left._lower / right._lower, left._upper / right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 FusedMultiplyAdd(F64x4 left, F64x4 right, F64x4 addend) => new(
        Vector128.FusedMultiplyAdd(left._lower, right._lower, addend._lower),
        Vector128.FusedMultiplyAdd(left._upper, right._upper, addend._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Floor(F64x4 value) => new(Vector128.Floor(value._lower), Vector128.Floor(value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(double* destination)
    {
        _lower.Store(destination);
        _upper.Store(destination + Vector128<double>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public I32x4 ToInt()
    {
        var magic = Vector128.Create(Magic);
        return new(Vector128.Narrow((_lower + magic).AsInt64(), (_upper + magic).AsInt64()));
    }
}
