using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What a step of a <see cref="SoftStructureCell"/> was made of.</summary>
/// <param name="Nodes">The tree's nodes z, r, rh, ht, om, zt, zh and the new state, [B, H] each.</param>
/// <param name="Scores">Of the sets of weights at each node that mixes them, rh to the new state: [6, B, l], before the softmax.</param>
public sealed record SoftStructure(IReadOnlyList<Tensor> Nodes, Tensor Scores)
{
    /// <summary>The set that weighs most: [6, B].</summary>
    public Tensor Chosen => Scores.argmax(2);
}
