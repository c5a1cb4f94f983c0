namespace Microsoft.ML.RevRnn.Training;

/// <summary>One of the parts that a batch is cut into: those of its sequences or streams whose turn it is.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Count">S: how many there are.</param>
internal readonly record struct Shard(int Index, int Count)
{
    /// <summary>The whole batch.</summary>
    public static Shard Whole => new(0, 1);

    /// <summary>Of members in order of their lengths every S-th, so that shards are alike.</summary>
    /// <param name="members">All of the batch.</param>
    /// <param name="scratch">Room for them.</param>
    public ReadOnlySpan<int> Of(ReadOnlySpan<int> members, ref int[] scratch)
    {
        if (Count == 1)
            return members;
        if (scratch.Length < members.Length)
            scratch = new int[members.Length];
        var count = 0;
        for (var i = Index; i < members.Length; i += Count)
            scratch[count++] = members[i];
        return scratch.AsSpan(0, count);
    }

    /// <summary>A run of rows that stay where they are from batch to batch.</summary>
    public (int First, int Count) OfRows(int rows)
    {
        var first = (int)((long)rows * Index / Count);
        return (first, (int)((long)rows * (Index + 1) / Count) - first);
    }
}
