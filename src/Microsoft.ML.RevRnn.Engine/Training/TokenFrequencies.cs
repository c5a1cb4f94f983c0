namespace Microsoft.ML.RevRnn.Training;

/// <summary>Counts of tokens.</summary>
internal static class TokenFrequencies
{
    /// <summary>How often each of V tokens occurs.</summary>
    public static long[] Count(IEnumerable<int[]> sequences, int vocabularySize)
    {
        var counts = new long[vocabularySize];
        foreach (var sequence in sequences)
        {
            foreach (var token in sequence)
                counts[token]++;
        }
        return counts;
    }
}
