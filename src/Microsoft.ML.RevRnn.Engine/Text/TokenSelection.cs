namespace Microsoft.ML.RevRnn.Text;

/// <summary>Which of the tokens that were counted are kept.</summary>
internal static class TokenSelection
{
    /// <summary>Texts of fewer tokens have few that occur twice.</summary>
    private const int FewTokens = 20_000;

    /// <summary>How often one must occur.</summary>
    public static int LeastCount<T>(Dictionary<T, long> counts, VocabularyOptions options)
        where T : notnull
        => options.MinimumCount ?? (counts.Values.Sum() < FewTokens ? 1 : 2);

    /// <summary>Those that occur often enough, in descending order of frequency, ties in the order of <paramref name="ties"/>.</summary>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="options">How often is enough, and how many there may be.</param>
    /// <param name="ties">What comes first of equally frequent ones.</param>
    /// <param name="isKept">Which are kept however rare; null for none.</param>
    public static T[] MostFrequent<T>(Dictionary<T, long> counts, VocabularyOptions options, IComparer<T> ties, Func<T, bool>? isKept = null)
        where T : notnull
    {
        var least = LeastCount(counts, options);
        return [.. counts
            .Where(entry => entry.Value >= least || isKept?.Invoke(entry.Key) == true)
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, ties)
            .Take(options.MaximumSize - TextTokenizer.ReservedTokens)
            .Select(entry => entry.Key)];
    }
}
