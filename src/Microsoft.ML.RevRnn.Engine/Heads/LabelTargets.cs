using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>A label for each token: a tagger's outcomes.</summary>
/// <param name="labels">Of each sequence the labels of its tokens, of which it has at least one.</param>
internal sealed class LabelTargets(IReadOnlyList<int[]> labels) : ITokenTargets
{
    public void Find(in Chunk chunk, Span<int> targets)
    {
        var r = 0;
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = 0; b < chunk.ActiveRows(s); b++, r++)
                targets[r] = labels[chunk.Batch.SequenceOfRow(b)][chunk.First + s];
        }
    }
}
