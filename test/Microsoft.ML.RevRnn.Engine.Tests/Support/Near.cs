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

    /// <summary>All values are within one tolerance, and all but a part of them within a smaller one.</summary>
    public static void AreMostlyNear(
        ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, double exceptions, double toleranceOfExceptions, string what)
    {
        AreNear(expected, actual, toleranceOfExceptions, what);
        var far = 0;
        for (var i = 0; i < expected.Length; i++)
            far += Math.Abs(expected[i] - actual[i]) <= tolerance ? 0 : 1;
        Assert.IsTrue(far <= exceptions * expected.Length, $"{what}: {far} of {expected.Length} values are not within {tolerance:R}.");
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
