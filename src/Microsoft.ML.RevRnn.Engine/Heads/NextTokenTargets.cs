using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The token that follows in the same row: a language model's outcomes.</summary>
internal sealed class NextTokenTargets : ITokenTargets
{
    public static NextTokenTargets Instance { get; } = new();

    public void Find(in Chunk chunk, Span<int> targets)
    {
        var batch = chunk.Batch;
        var r = 0;
        for (var s = 0; s < chunk.Steps; s++)
        {
            var next = chunk.First + s + 1;
            var continuing = next < batch.StepCount ? batch.ActiveRows(next) : 0;
            for (var b = 0; b < chunk.ActiveRows(s); b++, r++)
                targets[r] = b < continuing ? batch.Tokens[(int)batch.FlatOffset(next) + b] : batch.TokenAfter(b);
        }
    }
}
