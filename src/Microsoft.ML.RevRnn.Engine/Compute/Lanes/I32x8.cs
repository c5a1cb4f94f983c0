using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>8 integers in one 256-bit register.</summary>
internal readonly unsafe struct I32x8(Vector256<int> value) : IIntLane<I32x8>
{
    internal readonly Vector256<int> Vector = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 Load(int* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 Broadcast(int value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator +(I32x8 left, I32x8 right) => new(left.Vector + right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator -(I32x8 left, I32x8 right) => new(left.Vector - right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator *(I32x8 left, I32x8 right) => new(left.Vector * right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator &(I32x8 left, I32x8 right) => new(left.Vector & right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator ^(I32x8 left, I32x8 right) => new(left.Vector ^ right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator <<(I32x8 value, int count) => new(value.Vector << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator >>(I32x8 value, int count) => new(value.Vector >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 operator >>>(I32x8 value, int count) => new(value.Vector >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 Max(I32x8 left, I32x8 right) => new(Vector256.Max(left.Vector, right.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x8 Abs(I32x8 value) => new(Vector256.Abs(value.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint WhereLess(I32x8 left, I32x8 right) => (uint)Vector256.LessThan(left.Vector, right.Vector).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int* destination) => Vector.Store(destination);
}
