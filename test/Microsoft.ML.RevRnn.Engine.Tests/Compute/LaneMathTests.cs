using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed unsafe class LaneMathTests
{
    private const int Count = 1 << 16;

    [TestMethod]
    public void ExponentialIsAccurate()
    {
        foreach (var (x, y) in Evaluate(LaneMath.Exp<F32x16, I32x16>, Range(-87, 88)))
            Assert.IsTrue(Math.Abs(y - Math.Exp(x)) <= 2e-7 * Math.Exp(x), $"exp({x:R}) = {y:R}");
    }

    [TestMethod]
    public void ExponentialOfFarValuesIsFinite()
    {
        var far = Evaluate(LaneMath.Exp<F32x16, I32x16>,
            [-1e30f, -1000, -88, -87, 88, 89, 1000, 1e30f, 0, float.NegativeInfinity, float.PositiveInfinity, 0, 0, 0, 0, 0]);
        foreach (var (x, y) in far)
            Assert.IsTrue(float.IsFinite(y) && y > 0, $"exp({x}) = {y}");
        Assert.AreEqual(1f, far[8].Y);
    }

    [TestMethod]
    [DataRow(1f)]
    [DataRow(10f)]
    [DataRow(200f)]
    public void SigmoidIsAccurate(float range)
    {
        foreach (var (x, y) in Evaluate(LaneMath.Sigmoid<F32x16, I32x16>, Range(-range, range)))
        {
            Assert.AreEqual(1 / (1 + Math.Exp(-x)), y, 2e-7, $"sigmoid({x:R})");
            Assert.IsTrue(y is >= 0 and <= 1);
        }
    }

    [TestMethod]
    [DataRow(0.01f)]
    [DataRow(1f)]
    [DataRow(10f)]
    [DataRow(200f)]
    public void HyperbolicTangentIsAccurate(float range)
    {
        foreach (var (x, y) in Evaluate(LaneMath.Tanh<F32x16, I32x16>, Range(-range, range)))
        {
            Assert.AreEqual(Math.Tanh(x), y, 2e-7, $"tanh({x:R})");
            Assert.IsTrue(y is >= -1 and <= 1);
        }
    }

    /// <summary>Near 0 single values are multiples of 2^-24, but in the mean they are right relative to their size: neither shifted nor scaled.</summary>
    [TestMethod]
    [DataRow(1e-4f, 3.5e-4)]
    [DataRow(1e-3f, 6e-7)]
    [DataRow(1e-2f, 1e-8)]
    [DataRow(1e-1f, 1.5e-8)]
    public void HyperbolicTangentIsWithoutBiasNearZero(float range, double tolerance)
    {
        double products = 0, squares = 0, sum = 0;
        foreach (var (x, y) in Evaluate(LaneMath.Tanh<F32x16, I32x16>, Range(-range, range)))
        {
            products += y * Math.Tanh(x);
            squares += Math.Tanh(x) * Math.Tanh(x);
            sum += y;
        }
        Assert.AreEqual(1, products / squares, tolerance, "slope");
        Assert.AreEqual(0, sum / Count, 2.5e-8, "mean");
    }

    [TestMethod]
    public void ZeroHasExactValues()
    {
        var zeros = new float[16];
        Assert.AreEqual(0.5f, Evaluate(LaneMath.Sigmoid<F32x16, I32x16>, zeros)[0].Y);
        Assert.AreEqual(0f, Evaluate(LaneMath.Tanh<F32x16, I32x16>, zeros)[0].Y);
    }

    [TestMethod]
    public void AllWidthsGiveTheSameBits()
    {
        var range = Range(-100, 100);
        CheckSame(
            Evaluate(LaneMath.Exp<F32x16, I32x16>, range),
            Evaluate(LaneMath.Exp<F32x8, I32x8>, range),
            Evaluate(LaneMath.Exp<F32x4, I32x4>, range));
        CheckSame(
            Evaluate(LaneMath.Sigmoid<F32x16, I32x16>, range),
            Evaluate(LaneMath.Sigmoid<F32x8, I32x8>, range),
            Evaluate(LaneMath.Sigmoid<F32x4, I32x4>, range));
        CheckSame(
            Evaluate(LaneMath.Tanh<F32x16, I32x16>, range),
            Evaluate(LaneMath.Tanh<F32x8, I32x8>, range),
            Evaluate(LaneMath.Tanh<F32x4, I32x4>, range));
    }

    private static void CheckSame(params (float X, float Y)[][] results)
    {
        var first = Array.ConvertAll(results[0], pair => pair.Y);
        foreach (var other in results)
            Near.AreSame(first, Array.ConvertAll(other, pair => pair.Y), "value");
    }

    private static float[] Range(float from, float to)
    {
        var values = new float[Count];
        for (var i = 0; i < Count; i++)
            values[i] = (float)(from + (double)(to - from) * i / (Count - 1));
        return values;
    }

    private static (float X, float Y)[] Evaluate(Func<F32x16, F32x16> function, float[] values) => Evaluate<F32x16, I32x16>(function, values);

    private static (float X, float Y)[] Evaluate(Func<F32x8, F32x8> function, float[] values) => Evaluate<F32x8, I32x8>(function, values);

    private static (float X, float Y)[] Evaluate(Func<F32x4, F32x4> function, float[] values) => Evaluate<F32x4, I32x4>(function, values);

    private static (float X, float Y)[] Evaluate<TFloat, TInt>(Func<TFloat, TFloat> function, float[] values)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        var results = new (float, float)[values.Length];
        var lanes = stackalloc float[16];
        fixed (float* source = values)
        {
            for (var i = 0; i < values.Length; i += TFloat.Count)
            {
                function(TFloat.Load(source + i)).Store(lanes);
                for (var lane = 0; lane < TFloat.Count; lane++)
                    results[i + lane] = (values[i + lane], lanes[lane]);
            }
        }
        return results;
    }
}
