using System.Numerics.Tensors;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Asserts on arrays.</summary>
internal static class Near
{
    /// <summary>Each value is within a tolerance, relative where the expected value exceeds 1.</summary>
    public static void AreNear(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        for (var i = 0; i < expected.Length; i++)
        {
            var bound = tolerance * Math.Max(1, Math.Abs(expected[i]));
            if (!(Math.Abs(expected[i] - actual[i]) <= bound))
                Assert.Fail($"{what}[{i}] is {actual[i]:R}; {expected[i]:R} was expected, give or take {bound:R}.");
        }
    }

    /// <summary>
    /// Each value is within a tolerance, relative to the largest of all where that exceeds 1: for values that have come of each other, as gradients have, so
    /// that errors of the large ones are in the small ones.
    /// </summary>
    public static void AreNearToLargest(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        var bound = tolerance * Math.Max(1, Math.Abs(TensorPrimitives.MaxMagnitude(expected)));
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= bound))
                Assert.Fail($"{what}[{i}] is {actual[i]:R}; {expected[i]:R} was expected, give or take {bound:R}.");
        }
    }

    /// <summary>The same bits.</summary>
    public static void AreSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{what}[{i}] is {actual[i]:R}; {expected[i]:R} was expected, to the bit.");
        }
    }
}
