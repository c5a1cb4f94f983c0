using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed unsafe class RowMathTests
{
    private const int Longest = 300;

    /// <summary>The order that is documented, in plain loops.</summary>
    [TestMethod]
    public void SumsAreInTheirOrderAtEachWidthAndAnyPlace()
    {
        var random = new Random(1);
        for (var length = 0; length <= Longest; length++)
        {
            for (var offset = 0; offset < 20; offset += 7)
            {
                using var left = Values(random, offset + length);
                using var right = Values(random, offset + length);
                float* l = left.Pointer + offset, r = right.Pointer + offset;
                var sum = Naive(length, (i, partial) => partial + l[i]);
                var dot = Naive(length, (i, partial) => MathF.FusedMultiplyAdd(l[i], r[i], partial));
                foreach (var width in Enum.GetValues<SimdWidth>())
                {
                    Assert.AreEqual(sum, RowMath.Sum<RowMath.Values>(l, l, length, width), $"sum of {length} at {width}");
                    Assert.AreEqual(dot, RowMath.Sum<RowMath.Products>(l, r, length, width), $"dot product of {length} at {width}");
                }
                ReadOnlySpan<float> leftSpan = new(l, length), rightSpan = new(r, length);
                Assert.AreEqual(sum, RowMath.Sum(leftSpan));
                Assert.AreEqual(dot, RowMath.Dot(leftSpan, rightSpan));
                Assert.AreEqual(Naive(length, (i, partial) => MathF.FusedMultiplyAdd(l[i], l[i], partial)), RowMath.SumOfSquares(leftSpan));
            }
        }
    }

    [TestMethod]
    public void WhatIsNotFiniteIsSeen()
    {
        foreach (var value in (float[])[float.NaN, float.PositiveInfinity])
        {
            for (var at = 0; at < 83; at++)
            {
                var values = new float[83];
                values[at] = value;
                Assert.AreEqual(value, RowMath.Sum(values), $"{at}");
                Assert.AreEqual(value, RowMath.SumOfSquares(values), $"{at}");
            }
        }
    }

    [TestMethod]
    public void RowsOfDifferentLengthsAreRefused()
        => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => RowMath.Dot(new float[3], new float[4]));

    /// <summary>A value's exponential does not depend on what stands beside it.</summary>
    [TestMethod]
    public void ExponentialsAreTheSameInRowsOfAnyLength()
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, Longest).Select(_ => 40 * random.NextSingle() - 30).ToArray();
        float[] exponentials = [.. values], sigmoids = [.. values];
        RowMath.Exp(exponentials);
        RowMath.Sigmoid(sigmoids);
        for (var length = 1; length < 40; length++)
        {
            for (var begin = 0; begin < Longest - length; begin += 13)
            {
                float[] exponential = values[begin..(begin + length)], sigmoid = [.. exponential];
                RowMath.Exp(exponential);
                RowMath.Sigmoid(sigmoid);
                Near.AreSame(exponentials[begin..(begin + length)], exponential, $"exponential of {length}");
                Near.AreSame(sigmoids[begin..(begin + length)], sigmoid, $"sigmoid of {length}");
            }
        }
        for (var i = 0; i < Longest; i++)
        {
            Assert.AreEqual(exponentials[i], RowMath.Exp(values[i]));
            Assert.AreEqual(Math.Exp(values[i]), exponentials[i], 1.5e-7 * Math.Exp(values[i]));
            Assert.AreEqual(1 / (1 + Math.Exp(-values[i])), sigmoids[i], 2e-7 * sigmoids[i]);
        }
    }

    private static float Naive(int length, Func<int, float, float> add)
    {
        var partial = new float[64];
        var whole = length / 16 * 16;
        for (var i = whole; i < length; i++)
            partial[i - whole] = add(i, 0);
        for (var i = 0; i < whole; i++)
            partial[i % 64] = add(i, partial[i % 64]);
        var sums = Enumerable.Range(0, 16).Select(i => partial[i] + partial[i + 16] + (partial[i + 32] + partial[i + 48])).ToArray();
        for (var half = 8; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
                sums[i] += sums[i + half];
        }
        return sums[0];
    }

    private static NativeBuffer<float> Values(Random random, int length)
    {
        var buffer = new NativeBuffer<float>(Math.Max(1, length));
        foreach (ref var value in buffer.Span)
            value = 2 * random.NextSingle() - 1;
        return buffer;
    }
}
