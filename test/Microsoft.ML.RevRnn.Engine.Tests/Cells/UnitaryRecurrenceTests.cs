using System.Numerics;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The recurrent matrix of a unitary RNN is unitary whatever is learned, and the transform in it is Fourier's.</summary>
[TestClass]
internal sealed class UnitaryRecurrenceTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(8)]
    [DataRow(12)]
    [DataRow(15)]
    [DataRow(128)]
    public void TheMatrixIsOrthogonalAsOneOfRealValues(int n)
    {
        var weights = Make(n).Hidden;
        var size = 2 * n;
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var product = 0.0;
                for (var k = 0; k < size; k++)
                    product += weights[i * size + k] * weights[j * size + k];
                Assert.AreEqual(i == j ? 1 : 0, product, 1e-12, $"rows {i} and {j}");
            }
        }
    }

    [TestMethod]
    public void InFloatItKeepsLengthsForwardsAndBackwards()
    {
        const int N = 128, Size = 2 * N;
        float[] weights = Array.ConvertAll(Make(N).Hidden, value => (float)value);
        for (var trial = 0; trial < 1000; trial++)
        {
            var vector = Random(Size, trial);
            var (forward, backward) = (new double[Size], new double[Size]);
            for (var i = 0; i < Size; i++)
            {
                for (var j = 0; j < Size; j++)
                {
                    forward[j] += vector[i] * weights[i * Size + j];
                    backward[i] += vector[j] * weights[i * Size + j];
                }
            }
            Assert.AreEqual(Length(vector), Length(forward), 1e-6 * Length(vector));
            Assert.AreEqual(Length(vector), Length(backward), 1e-6 * Length(vector));
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(6)]
    [DataRow(16)]
    [DataRow(21)]
    [DataRow(40)]
    public void TheTransformIsFouriersAndItsInverseTakesItBack(int n)
    {
        var transform = new FourierTransform(n);
        Complex[] values = [.. Enumerable.Range(0, n).Select(k => new Complex(Random(n, 1)[k], Random(n, 2)[k]))];
        var result = (Complex[])values.Clone();

        transform.Forward(result);

        for (var j = 0; j < n; j++)
        {
            var expected = Complex.Zero;
            for (var k = 0; k < n; k++)
                expected += values[k] * Complex.Exp(new Complex(0, -2 * Math.PI * j * k / n)) / Math.Sqrt(n);
            Assert.AreEqual(0, (expected - result[j]).Magnitude, 1e-12);
        }
        transform.Inverse(result);
        for (var j = 0; j < n; j++)
            Assert.AreEqual(0, (values[j] - result[j]).Magnitude, 1e-13);
    }

    /// <summary>Reflections along no vector are none, and their gradient is zero and not undefined.</summary>
    [TestMethod]
    public void WhereNothingIsLearnedThePhasesAndThePermutationAreLeft()
    {
        var recurrence = new UnitaryRecurrence(new CellShape(CellKind.Unitary, 3, 16));
        recurrence.Make();
        Array.Fill(recurrence.HiddenGradient, 1);

        recurrence.PullBack();

        Assert.IsTrue(recurrence.Hidden.Concat(recurrence.LearnedGradient).All(double.IsFinite));
    }

    [TestMethod]
    public void ModReluOfNothingIsNothing()
    {
        double[] values = [0, 0, 3, 4, 0.3, 0.4];
        double[] bias = [1, 0, -1, 0, -1, 0];
        var results = new double[6];

        ModRelu.Forward<double>(values, bias, results);

        Near.AreNear([0, 0, 2.4, 3.2, 0, 0], results, 1e-15, "h");
        ModRelu.Backward(values, bias, [1, 1, 1, 1, 1, 1]);
        Near.AreNear([0, 0, 0, 0], [values[0], values[1], values[4], values[5]], 0, "gradient by what is cut off");
        Assert.AreEqual(1.4, bias[2], 1e-15);
    }

    private static UnitaryRecurrence Make(int n)
    {
        var recurrence = new UnitaryRecurrence(new CellShape(CellKind.Unitary, 3, 2 * n));
        Random(recurrence.Learned.Length, 7).Select(value => 3 * value).ToArray().CopyTo(recurrence.Learned, 0);
        recurrence.Make();
        return recurrence;
    }

    private static double[] Random(int count, int seed) =>
        [.. Enumerable.Range(0, count).Select(i => 2.0 * CounterRandom.Uniform(CounterRandom.Key(5, (ulong)seed), (ulong)i) - 1)];

    private static double Length(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
}
