using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>What the first layer of a stack reads: a vector for each token, the same wherever the token stands in a batch.</summary>
internal unsafe interface IStackInput
{
    /// <summary>Length of a row, padded.</summary>
    int Stride { get; }

    /// <summary>V.</summary>
    int Vocabulary { get; }

    /// <summary>Starts a batch; the seed gives dropout's masks.</summary>
    void Begin(PackedBatch batch, bool training, ulong seed);

    /// <summary>Writes the vectors of some of the batch's tokens into [tokens, Stride].</summary>
    void Write(ReadOnlySpan<int> tokens, float* inputs);

    /// <summary>Applies the masks of <see cref="Write"/> to the gradient by what it wrote, before <see cref="AddGradient"/>.</summary>
    void Mask(ReadOnlySpan<int> tokens, float* rows);

    /// <summary>Zeroes what a batch's gradients are added to.</summary>
    void BeginGradient();

    /// <summary>A worker's share of the masked gradient by the vectors of tokens, [tokens, Stride]: it adds it to that of whatever the vectors are made of.</summary>
    void AddGradient(ReadOnlySpan<int> tokens, float* gradient, WorkerTeam team, int worker);
}
