using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>A label for each token: a tagger's outcomes.</summary>
/// <param name="labels">Of each sequence the labels of its tokens, of which it has at least one.</param>
internal sealed class LabelTargets(IReadOnlyList<int[]> labels) : ITokenTargets
{
    /// <summary>Of each sequence what its tokens weigh; null for 1.</summary>
    public float[]? Weights { get; init; }

    /// <summary>Of each class how much more the tokens weigh that are of it; null for 1.</summary>
    public float[]? ClassWeights { get; init; }

    public bool IsWeighted => Weights != null || ClassWeights != null;

    public void Find(in Chunk chunk, Span<int> targets)
    {
        var r = 0;
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = 0; b < chunk.ActiveRows(s); b++, r++)
                targets[r] = labels[chunk.Batch.SequenceOfRow(b)][chunk.First + s];
        }
    }

    public float Weight(PackedBatch batch, int row, int target) => Weight(batch.SequenceOfRow(row), target);

    public (double Sum, float Heaviest) Weigh(PackedBatch batch)
    {
        if (!IsWeighted)
            return (batch.TokenCount, 1);
        var (sum, heaviest) = (0.0, 0f);
        for (var row = 0; row < batch.RowCount; row++)
        {
            var sequence = batch.SequenceOfRow(row);
            foreach (var label in labels[sequence])
            {
                var weight = Weight(sequence, label);
                sum += weight;
                heaviest = Math.Max(heaviest, weight);
            }
        }
        return (sum, heaviest);
    }

    private float Weight(int sequence, int label) => (Weights?[sequence] ?? 1) * (ClassWeights?[label] ?? 1);
}
