using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>16 integers in one 512-bit register.</summary>
internal readonly unsafe struct I32x16(Vector512<int> value) : IIntLane<I32x16>
{
    internal readonly Vector512<int> Vector = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 Load(int* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 Broadcast(int value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator +(I32x16 left, I32x16 right) => new(left.Vector + right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator -(I32x16 left, I32x16 right) => new(left.Vector - right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator *(I32x16 left, I32x16 right) => new(left.Vector * right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator &(I32x16 left, I32x16 right) => new(left.Vector & right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator ^(I32x16 left, I32x16 right) => new(left.Vector ^ right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator <<(I32x16 value, int count) => new(value.Vector << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator >>(I32x16 value, int count) => new(value.Vector >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 operator >>>(I32x16 value, int count) => new(value.Vector >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 Max(I32x16 left, I32x16 right) => new(Vector512.Max(left.Vector, right.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x16 Abs(I32x16 value) => new(Vector512.Abs(value.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint WhereLess(I32x16 left, I32x16 right) => (uint)Vector512.LessThan(left.Vector, right.Vector).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int* destination) => Vector.Store(destination);
}
