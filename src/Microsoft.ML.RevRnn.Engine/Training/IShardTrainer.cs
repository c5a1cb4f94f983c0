using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>A trainer whose gradients can be taken from it and put back: what a batch in shards asks for.</summary>
internal interface IShardTrainer : ITrainer
{
    /// <summary>Tables of vectors; of those that are not dense, gradients are of the batch's tokens only.</summary>
    IReadOnlyList<EmbeddingTable> Tables { get; }

    /// <summary>Whether batches go on from each other's states, each shard's from its own.</summary>
    bool CarriesStates { get; }

    /// <summary>The shard that batches are of from now on.</summary>
    int Shard { set; }

    /// <summary>Gets ready for shards; their states are not final before <see cref="EndStep"/>.</summary>
    void BeginShards(int count);

    /// <summary>The batches of all shards are done with.</summary>
    /// <param name="isKept">Whether they count; else all is as before them.</param>
    void EndStep(bool isKept);

    /// <summary>No gradient stays.</summary>
    void DiscardGradients();

    /// <summary>Writes the states that a shard's next batch goes on from.</summary>
    void WriteStates(int shard, BinaryWriter writer);

    /// <summary>Reads what <see cref="WriteStates"/> wrote.</summary>
    void ReadStates(int shard, BinaryReader reader);
}
