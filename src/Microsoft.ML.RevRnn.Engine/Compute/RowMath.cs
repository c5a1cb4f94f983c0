using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// Sums and exponentials of rows of floats whose bits depend on their values alone: not on the width of the registers, the place in memory, the length of the row or the
/// platform's library, as those of TensorPrimitives do (they are banned, BannedSymbols.txt). What works element by element in correctly rounded operations needs no such care.
/// </summary>
/// <remarks>
/// A sum is one of 64 partial sums, in registers of 16: element i of the longest part whose length is a multiple of 16 goes to partial sum i mod 64, one after the other. What is
/// left behind it, with zeros up to 16, is where the first 16 begin. They are added to each other by fours, ((0 + 1) + (2 + 3)), then in halves, i and i + 8, i and i + 4 and so on.
/// Narrower registers take a part of each 16 at a time.
/// </remarks>
internal static unsafe class RowMath
{
    /// <summary>Elements that a term of a sum takes at a time, whatever the register.</summary>
    private const int Group = 16;

    /// <summary>Rows shorter than this are made as long: the library has scalar functions for those.</summary>
    private const int LeastLength = 4;

    private delegate void Elementwise(ReadOnlySpan<float> x, Span<float> destination);

    public static float Sum(ReadOnlySpan<float> values)
    {
        fixed (float* pointer = values)
            return Sum<Values>(pointer, pointer, values.Length, SimdWidths.Best);
    }

    public static float SumOfSquares(ReadOnlySpan<float> values)
    {
        fixed (float* pointer = values)
            return Sum<Products>(pointer, pointer, values.Length, SimdWidths.Best);
    }

    /// <summary>The products are not rounded.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        fixed (float* leftPointer = left, rightPointer = right)
            return Sum<Products>(leftPointer, rightPointer, left.Length, SimdWidths.Best);
    }

    /// <summary>The sum of what a term makes of left and right.</summary>
    public static float Sum<TTerm>(float* left, float* right, int length, SimdWidth width)
        where TTerm : struct, ITerm
        => width switch
        {
            SimdWidth.Bits512 => Sum<F32x16, I32x16, TTerm>(left, right, length),
            SimdWidth.Bits256 => Sum<F32x8, I32x8, TTerm>(left, right, length),
            _ => Sum<F32x4, I32x4, TTerm>(left, right, length),
        };

    /// <summary>e^x, in place.</summary>
    public static void Exp(Span<float> values) => Apply(values, TensorPrimitives.Exp);

    public static float Exp(float value)
    {
        Exp(new Span<float>(ref value));
        return value;
    }

    /// <summary>1 / (1 + e^-x), in place.</summary>
    public static void Sigmoid(Span<float> values) => Apply(values, TensorPrimitives.Sigmoid);

    /// <summary>Few values are computed as the first of many, so that each is what it is among many.</summary>
    private static void Apply(Span<float> values, Elementwise function)
    {
        if (values.Length >= LeastLength)
        {
            function(values, values);
            return;
        }
        Span<float> longer = stackalloc float[LeastLength];
        values.CopyTo(longer);
        function(longer, longer);
        longer[..values.Length].CopyTo(values);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private static float Sum<TFloat, TInt, TTerm>(float* left, float* right, int length)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct
        where TTerm : struct, ITerm
    {
        float* restLeft = stackalloc float[Group], restRight = stackalloc float[Group], sums = stackalloc float[Group];
        var whole = length & -Group;
        if (whole < length)
        {
            Fill(restLeft, left + whole, length - whole);
            Fill(restRight, right + whole, length - whole);
        }
        for (var lane = 0; lane < Group; lane += TFloat.Count)
        {
            var zero = TFloat.Broadcast(0);
            TFloat s0 = zero, s1 = zero, s2 = zero, s3 = zero;
            if (whole < length)
                s0 = TTerm.Add<TFloat, TInt>(restLeft + lane, restRight + lane, zero);
            float* l = left + lane, r = right + lane, end = left + whole;
            for (; end - l >= 3 * Group + TFloat.Count; l += 4 * Group, r += 4 * Group)
            {
                s0 = TTerm.Add<TFloat, TInt>(l, r, s0);
                s1 = TTerm.Add<TFloat, TInt>(l + Group, r + Group, s1);
                s2 = TTerm.Add<TFloat, TInt>(l + 2 * Group, r + 2 * Group, s2);
                s3 = TTerm.Add<TFloat, TInt>(l + 3 * Group, r + 3 * Group, s3);
            }
            if (l < end)
                s0 = TTerm.Add<TFloat, TInt>(l, r, s0);
            if (l + Group < end)
                s1 = TTerm.Add<TFloat, TInt>(l + Group, r + Group, s1);
            if (l + 2 * Group < end)
                s2 = TTerm.Add<TFloat, TInt>(l + 2 * Group, r + 2 * Group, s2);
            (s0 + s1 + (s2 + s3)).Store(sums + lane);
        }
        var four = Vector128.Load(sums) + Vector128.Load(sums + 8) + (Vector128.Load(sums + 4) + Vector128.Load(sums + 12));
        return four[0] + four[2] + (four[1] + four[3]);
    }

    private static void Fill(float* group, float* values, int length)
    {
        for (var i = 0; i < Group; i++)
            group[i] = i < length ? values[i] : 0;
    }

    /// <summary>What a sum is taken of.</summary>
    public interface ITerm
    {
        /// <summary>sum + the term of a register's worth of elements.</summary>
        static abstract TFloat Add<TFloat, TInt>(float* left, float* right, TFloat sum)
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct;
    }

    /// <summary>Left alone.</summary>
    public readonly struct Values : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Add<TFloat, TInt>(float* left, float* right, TFloat sum)
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct
            => sum + TFloat.Load(left);
    }

    /// <summary>Left times right.</summary>
    public readonly struct Products : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Add<TFloat, TInt>(float* left, float* right, TFloat sum)
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct
            => TFloat.FusedMultiplyAdd(TFloat.Load(left), TFloat.Load(right), sum);
    }
}
