using MathNet.Numerics.LinearAlgebra;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The largest absolute value of an eigenvalue, against known ones and a library's.</summary>
[TestClass]
internal sealed class ReservoirRadiusTests
{
    [TestMethod]
    public void OfMatricesWhoseEigenvaluesAreKnown()
    {
        Assert.AreEqual(2, Radius([0, -2, 2, 0], 2), 1e-12, "A pair of complex ones: no vector comes to rest.");
        Assert.AreEqual(3, Radius([3, 1, 0, 3], 2), 1e-11, "One twice, with one vector.");
        Assert.AreEqual(2, Radius([1, 1e6, 0, -2], 2), 1e-11, "Far from normal.");
        Assert.AreEqual(5, Radius([5, 0, 0, -5], 2), 1e-11);
        Assert.AreEqual(0, Radius([0, 1, 0, 0], 2), "No power but the first is other than zero.");
        Assert.AreEqual(0, Radius([0, 0, 0, 0], 2));
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(10)]
    [DataRow(60)]
    public void OfRandomMatricesItIsTheLibrarys(int n)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new Random(seed);
            double[] matrix = [.. Enumerable.Range(0, n * n).Select(_ => 2 * random.NextDouble() - 1)];
            var expected = Matrix<double>.Build.DenseOfRowMajor(n, n, matrix).Evd().EigenValues.Max(value => value.Magnitude);
            Assert.AreEqual(expected, Radius(matrix, n), 1e-11 * expected, $"n {n}, seed {seed}");
        }
    }

    private static double Radius(double[] matrix, int size) => SpectralRadius.Of((double[])matrix.Clone(), size, EchoStateNetwork.Squarings);
}
