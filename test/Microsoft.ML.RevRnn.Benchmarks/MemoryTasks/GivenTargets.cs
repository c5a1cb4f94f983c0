using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What each step of a batch's sequences should come to, as it is given.</summary>
internal sealed class GivenTargets : ITokenTargets
{
    /// <summary>Of each sequence, by its place among those of the batch.</summary>
    public int[][] Targets { get; set; } = [];

    public void Find(in Chunk chunk, Span<int> targets)
    {
        for (var step = 0; step < chunk.Steps; step++)
        {
            for (var row = 0; row < chunk.ActiveRows(step); row++)
                targets[chunk.FlatRow(step) + row] = Targets[chunk.Batch.SequenceOfRow(row)][chunk.First + step];
        }
    }
}
