namespace Microsoft.ML.RevRnn.Training;

/// <summary>Checks of the numbers that go with a sequence.</summary>
internal static class FeatureCheck
{
    /// <summary>Checks that they are as many as they should be, and none infinite. NaN is a missing number.</summary>
    /// <param name="features">The numbers.</param>
    /// <param name="count">F.</param>
    /// <param name="parameter">The parameter that holds them.</param>
    /// <param name="sequence">Which sequence's they are, for messages; null where there is one.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void Check(ReadOnlySpan<float> features, int count, string parameter, int? sequence = null)
    {
        if (features.Length != count)
            throw new ArgumentException($"There are {features.Length} features{Whose(sequence)}; there must be {count}.", parameter);
        for (var i = 0; i < count; i++)
        {
            if (float.IsInfinity(features[i]))
                throw new ArgumentException($"Feature {i}{Whose(sequence)} is infinite; it must be a finite number, or NaN for a missing one.", parameter);
        }
    }

    private static string Whose(int? sequence) => sequence == null ? "" : $" of sequence {sequence}";
}
