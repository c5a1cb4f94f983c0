using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>A label for each token: a tagger's outcomes.</summary>
/// <param name="labels">Of each sequence the labels of its tokens; an empty sequence, which is read as one token, is learned as the first label.</param>
internal sealed class LabelTargets(IReadOnlyList<int[]> labels) : ITokenTargets
{
    public void Find(in Chunk chunk, Span<int> targets)
    {
        var r = 0;
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = 0; b < chunk.ActiveRows(s); b++, r++)
            {
                var ofRow = labels[chunk.Batch.SequenceOfRow(b)];
                targets[r] = ofRow.Length == 0 ? 0 : ofRow[chunk.First + s];
            }
        }
    }
}
