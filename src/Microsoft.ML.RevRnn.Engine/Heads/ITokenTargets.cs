using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>What the outcome of each output of a batch should be.</summary>
internal interface ITokenTargets
{
    /// <summary>Writes the outcomes of a chunk's flat rows.</summary>
    void Find(in Chunk chunk, Span<int> targets);
}
