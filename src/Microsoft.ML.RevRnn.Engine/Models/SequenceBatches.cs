namespace Microsoft.ML.RevRnn.Models;

/// <summary>How many sequences are run side by side in prediction.</summary>
internal static class SequenceBatches
{
    /// <summary>Enough rows to multiply at full speed.</summary>
    public const int MostRows = 64;

    /// <summary>So that long texts do not take more memory side by side than one of them may by itself.</summary>
    private const int MostTokens = 1 << 16;

    /// <summary>The most values of results that are kept by token: 16 MB.</summary>
    private const int MostValues = 1 << 22;

    /// <summary>All sequences, those of about equal length together, longest first: then most steps of a batch have all its rows.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="valuesOfToken">Values that are kept of each token until its batch is done.</param>
    /// <returns>The members of each batch.</returns>
    public static IEnumerable<int[]> Of(IReadOnlyList<int[]> sequences, int valuesOfToken = 1)
    {
        var mostTokens = Math.Min(MostTokens, MostValues / valuesOfToken);
        var members = new int[sequences.Count];
        var lengths = new int[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = i;
            lengths[i] = int.MaxValue - sequences[i].Length;
        }
        Array.Sort(lengths, members);
        for (var first = 0; first < members.Length;)
        {
            // The first one is the longest of them.
            var rows = Math.Clamp(mostTokens / Math.Max(1, sequences[members[first]].Length), 1, Math.Min(MostRows, members.Length - first));
            yield return members[first..(first + rows)];
            first += rows;
        }
    }
}
