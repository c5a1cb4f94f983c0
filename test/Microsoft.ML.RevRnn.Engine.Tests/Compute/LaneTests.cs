using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Every operation of every lane type against the scalar one.</summary>
[TestClass]
internal sealed unsafe class LaneTests
{
    private static readonly float[] _floats =
        [0f, -0f, 1f, -1f, 0.5f, 1.5f, 2.5f, -2.5f, 3.7f, -3.7f, 1e-30f, 1e30f, 123456.7f, -87.3f, 8388607f, 0.1f];

    private static readonly int[] _integers =
        [0, 1, -1, 2, -2, 1023, 1024, -1024, -1025, 123456789, -123456789, int.MaxValue, int.MinValue, int.MinValue + 1, 1 << 30, 77];

    [TestMethod]
    public void FloatOperationsOf512Bits() => CheckFloats<F32x16, I32x16>();

    [TestMethod]
    public void FloatOperationsOf256Bits() => CheckFloats<F32x8, I32x8>();

    [TestMethod]
    public void FloatOperationsOf128Bits() => CheckFloats<F32x4, I32x4>();

    [TestMethod]
    public void IntegerOperationsOf512Bits() => CheckIntegers<I32x16>(16);

    [TestMethod]
    public void IntegerOperationsOf256Bits() => CheckIntegers<I32x8>(8);

    [TestMethod]
    public void IntegerOperationsOf128Bits() => CheckIntegers<I32x4>(4);

    [TestMethod]
    public void WideOperationsOf512Bits() => CheckWide<F64x16, I32x16>(16);

    [TestMethod]
    public void WideOperationsOf256Bits() => CheckWide<F64x8, I32x8>(8);

    [TestMethod]
    public void WideOperationsOf128Bits() => CheckWide<F64x4, I32x4>(4);

    private static void CheckFloats<TFloat, TInt>()
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        foreach (var right in _floats)
        {
            Check(a => a + TFloat.Broadcast(right), a => a + right);
            Check(a => a - TFloat.Broadcast(right), a => a - right);
            Check(a => a * TFloat.Broadcast(right), a => a * right);
            Check(a => TFloat.Broadcast(right) / (a * a + TFloat.Broadcast(1)), a => right / (a * a + 1));
            Check(a => TFloat.FusedMultiplyAdd(a, TFloat.Broadcast(0.3f), TFloat.Broadcast(right)),
                a => MathF.FusedMultiplyAdd(a, 0.3f, right));
            Check(a => TFloat.Min(a, TFloat.Broadcast(right + 0.25f)), a => Math.Min(a, right + 0.25f));
            Check(a => TFloat.Max(a, TFloat.Broadcast(right + 0.25f)), a => Math.Max(a, right + 0.25f));
            Check(a => TFloat.WhereGreater(a, TFloat.Broadcast(right), TFloat.Broadcast(2), TFloat.Broadcast(3)), a => a > right ? 2 : 3);
        }
        Check(a => TFloat.SquareRoot(TFloat.Max(a, TFloat.Broadcast(0))), a => MathF.Sqrt(Math.Max(a, 0)));
        Check(TFloat.Round, a => MathF.Round(a, MidpointRounding.ToEven));
        Check(a => TFloat.FromBits(a.Bits()), a => a);
        Check(a => TFloat.FromInt(TFloat.Round(TFloat.Min(a, TFloat.Broadcast(2e9f))).ToInt()), a => (int)MathF.Round(Math.Min(a, 2e9f)));

        void Check(Func<TFloat, TFloat> operation, Func<float, float> expected)
        {
            var count = TFloat.Count;
            var result = stackalloc float[count];
            fixed (float* values = _floats)
            {
                for (var i = 0; i < _floats.Length; i += count)
                {
                    operation(TFloat.Load(values + i)).Store(result);
                    for (var lane = 0; lane < count; lane++)
                        Assert.AreEqual(expected(values[i + lane]), result[lane], $"of {values[i + lane]}");
                }
            }
        }
    }

    private static void CheckIntegers<TInt>(int count)
        where TInt : struct, IIntLane<TInt>
    {
        unchecked
        {
            foreach (var right in _integers)
            {
                Check(a => a + TInt.Broadcast(right), a => a + right);
                Check(a => a - TInt.Broadcast(right), a => a - right);
                Check(a => a * TInt.Broadcast(right), a => a * right);
                Check(a => a & TInt.Broadcast(right), a => a & right);
                Check(a => a ^ TInt.Broadcast(right), a => a ^ right);
                Check(a => TInt.Max(a, TInt.Broadcast(right)), a => Math.Max(a, right));
            }
            foreach (var shift in (int[])[0, 1, 10, 23, 31])
            {
                Check(a => a << shift, a => a << shift);
                Check(a => a >> shift, a => a >> shift);
                Check(a => a >>> shift, a => a >>> shift);
            }
            Check(TInt.Abs, a => a < 0 ? -a : a);
        }
        fixed (int* values = _integers)
        {
            var lanes = TInt.Load(values);
            var least = _integers[..count].Min();
            var expected = 0u;
            for (var i = 0; i < count; i++)
                expected |= _integers[i] <= least ? 1u << i : 0;
            Assert.AreEqual(expected, TInt.WhereLess(lanes, TInt.Broadcast(least + 1)));
            Assert.AreEqual(0u, TInt.WhereLess(lanes, TInt.Broadcast(least)));
        }

        void Check(Func<TInt, TInt> operation, Func<int, int> expected)
        {
            var result = stackalloc int[count];
            fixed (int* values = _integers)
            {
                for (var i = 0; i < _integers.Length; i += count)
                {
                    operation(TInt.Load(values + i)).Store(result);
                    for (var lane = 0; lane < count; lane++)
                        Assert.AreEqual(expected(values[i + lane]), result[lane], $"of {values[i + lane]}");
                }
            }
        }
    }

    private static void CheckWide<TWide, TInt>(int count)
        where TWide : struct, IWideLane<TWide, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        var integers = stackalloc int[count];
        var doubles = stackalloc double[count];
        fixed (int* values = _integers)
        {
            for (var i = 0; i < _integers.Length; i += count)
            {
                var wide = TWide.FromInt(TInt.Load(values + i));
                Check(wide, a => a, i);
                wide.ToInt().Store(integers);
                for (var lane = 0; lane < count; lane++)
                    Assert.AreEqual(values[i + lane], integers[lane]);
                Check(wide * TWide.Broadcast(0.7), a => a * 0.7, i);
                Check(wide / TWide.Broadcast(1000), a => a / 1000, i);
                Check(TWide.Floor(wide / TWide.Broadcast(1000)), a => Math.Floor(a / 1000), i);
                Check(TWide.FusedMultiplyAdd(wide, TWide.Broadcast(1048576), TWide.Broadcast(3)), a => a * 1048576 + 3, i);
                wide.Store(doubles);
                Check(TWide.Load(doubles), a => a, i);
            }
        }

        void Check(TWide wide, Func<double, double> expected, int first)
        {
            var result = stackalloc double[count];
            wide.Store(result);
            for (var lane = 0; lane < count; lane++)
                Assert.AreEqual(expected(_integers[first + lane]), result[lane], $"of {_integers[first + lane]}");
        }
    }
}
