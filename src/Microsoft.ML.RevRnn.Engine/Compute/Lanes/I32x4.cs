using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>4 integers in one 128-bit register.</summary>
internal readonly unsafe struct I32x4(Vector128<int> value) : IIntLane<I32x4>
{
    internal readonly Vector128<int> Vector = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 Load(int* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 Broadcast(int value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator +(I32x4 left, I32x4 right) => new(left.Vector + right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator -(I32x4 left, I32x4 right) => new(left.Vector - right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator *(I32x4 left, I32x4 right) => new(left.Vector * right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator &(I32x4 left, I32x4 right) => new(left.Vector & right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator ^(I32x4 left, I32x4 right) => new(left.Vector ^ right.Vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator <<(I32x4 value, int count) => new(value.Vector << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator >>(I32x4 value, int count) => new(value.Vector >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 operator >>>(I32x4 value, int count) => new(value.Vector >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 Max(I32x4 left, I32x4 right) => new(Vector128.Max(left.Vector, right.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32x4 Abs(I32x4 value) => new(Vector128.Abs(value.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint WhereLess(I32x4 left, I32x4 right) => (uint)Vector128.LessThan(left.Vector, right.Vector).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int* destination) => Vector.Store(destination);
}
