namespace Microsoft.ML.RevRnn.Text;

/// <summary>Which of the tokens that were counted are kept.</summary>
internal static class TokenSelection
{
    /// <summary>Texts of fewer tokens have few that occur twice.</summary>
    private const int FewTokens = 20_000;

    /// <summary>Those that occur often enough, in descending order of frequency, ties in the order of <paramref name="ties"/>.</summary>
    public static T[] MostFrequent<T>(Dictionary<T, long> counts, VocabularyOptions options, IComparer<T> ties)
        where T : notnull
    {
        var least = options.MinimumCount ?? (counts.Values.Sum() < FewTokens ? 1 : 2);
        return [.. counts
            .Where(entry => entry.Value >= least)
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, ties)
            .Take(options.MaximumSize - TextTokenizer.ReservedTokens)
            .Select(entry => entry.Key)];
    }
}
