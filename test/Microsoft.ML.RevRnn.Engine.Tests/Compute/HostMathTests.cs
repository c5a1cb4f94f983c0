using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Against the platform's functions, which are within a unit in the last place themselves.</summary>
[TestClass]
internal sealed class HostMathTests
{
    private const int Count = 20_000;

    private const double TwoUnits = 2.0 / (1L << 52);

    [TestMethod]
    [DataRow(1e-9)]
    [DataRow(1.0)]
    [DataRow(30.0)]
    [DataRow(700.0)]
    public void ExponentialIsAccurate(double range)
    {
        foreach (var x in Range(-range, range))
            AreClose(Math.Exp(x), HostMath.Exp(x), $"exp({x:R})");
    }

    [TestMethod]
    public void LogarithmIsAccurate()
    {
        foreach (var x in (double[])[.. Range(0.5, 2), .. Range(1e-3, 1e4), .. Range(-700, 700).Select(Math.Exp), double.Epsilon, double.MaxValue])
        {
            AreClose(Math.Log(x), HostMath.Log(x), $"log({x:R})");
            Assert.AreEqual(Math.Log2(x), HostMath.Log2(x), 2 * TwoUnits * Math.Max(Math.Abs(Math.Log2(x)), double.MinValue), $"log2({x:R})");
        }
    }

    [TestMethod]
    [DataRow(1.0)]
    [DataRow(7.0)]
    [DataRow(1000.0)]
    public void CosineIsAccurate(double range)
    {
        foreach (var x in Range(-range, range))
            Assert.AreEqual(Math.Cos(x), HostMath.Cos(x), TwoUnits, $"cos({x:R})");
    }

    [TestMethod]
    public void PowersAreAccurate()
    {
        foreach (var x in (double[])[0.9, 0.999, 1 / 2.6, -1.5, 2])
        {
            foreach (var n in (long[])[0, 1, 2, 3, 10, 100, 1001, -3])
                Assert.AreEqual(Math.Pow(x, n), HostMath.Pow(x, n), TwoUnits * (1 + Math.Abs(n)) * Math.Abs(Math.Pow(x, n)), $"{x}^{n}");
        }
        Assert.AreEqual(0, HostMath.Pow(0.9, 1L << 40));
    }

    [TestMethod]
    public void LimitsAreThoseOfThePlatform()
    {
        foreach (var x in (double[])[0, -0.0, -1, 1, 1000, -1000, double.NaN, double.PositiveInfinity, double.NegativeInfinity])
        {
            Assert.AreEqual(Math.Exp(x), HostMath.Exp(x), TwoUnits * Math.E, $"exp({x})");
            Assert.AreEqual(Math.Log(x), HostMath.Log(x), TwoUnits * 7, $"log({x})");
        }
        Assert.AreEqual(1, HostMath.Exp(0));
        Assert.AreEqual(0, HostMath.Log(1));
        Assert.AreEqual(1, HostMath.Cos(0));
    }

    private static IEnumerable<double> Range(double from, double to) => Enumerable.Range(0, Count).Select(i => from + (to - from) * i / (Count - 1));

    private static void AreClose(double expected, double actual, string what)
        => Assert.AreEqual(expected, actual, TwoUnits * Math.Abs(expected), what);
}
