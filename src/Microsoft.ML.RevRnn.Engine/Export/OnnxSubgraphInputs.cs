namespace Microsoft.ML.RevRnn;

/// <summary>What an <see cref="OnnxSubgraph"/> is called, and what it reads of the graph that it is to be a part of.</summary>
/// <param name="Name">What the names of all that it makes begin with; no other part of the graph may have it.</param>
/// <param name="Keys">The value that has each row's tokens as keys, UInt32 [N, T]: key k is token k + 1, and one that is none of the V - 2 is unknown. All rows have T.</param>
public sealed record OnnxSubgraphInputs(string Name, string Keys)
{
    /// <summary>The values that have the numbers of each row, Single [N, F1] and so on, side by side as in training; empty for a model without.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
}
