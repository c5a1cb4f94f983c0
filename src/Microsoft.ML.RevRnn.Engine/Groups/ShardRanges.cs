namespace Microsoft.ML.RevRnn.Groups;

/// <summary>Which shards are which rank's: runs of them, as equally long as they can be.</summary>
internal static class ShardRanges
{
    /// <summary>The first shard of a rank, and that behind its last one.</summary>
    public static (int First, int End) Of(int rank, int ranks, int shards) => ((int)((long)shards * rank / ranks), (int)((long)shards * (rank + 1) / ranks));

    /// <summary>The rank that has a shard.</summary>
    public static int Owner(int shard, int ranks, int shards)
    {
        var rank = (int)((long)shard * ranks / shards);
        while (shard >= Of(rank, ranks, shards).End)
            rank++;
        return rank;
    }
}
