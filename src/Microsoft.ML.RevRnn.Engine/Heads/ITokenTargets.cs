using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>What the outcome of each output of a batch should be.</summary>
internal interface ITokenTargets
{
    /// <summary>Writes the outcomes of a chunk's flat rows.</summary>
    void Find(in Chunk chunk, Span<int> targets);

    /// <summary>Whether outputs weigh differently.</summary>
    bool IsWeighted => false;

    /// <summary>What the output of a row weighs where it should be <paramref name="target"/>.</summary>
    float Weight(PackedBatch batch, int row, int target) => 1;

    /// <summary>What all outputs of a batch weigh together, and the heaviest of them by itself.</summary>
    (double Sum, float Heaviest) Weigh(PackedBatch batch) => (batch.TokenCount, 1);
}
