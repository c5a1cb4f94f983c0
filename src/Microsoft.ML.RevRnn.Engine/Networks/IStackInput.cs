using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>What the first layer of a stack reads: a vector for each row and step of a batch.</summary>
internal unsafe interface IStackInput
{
    /// <summary>Length of a row, padded.</summary>
    int Stride { get; }

    /// <summary>Starts a batch; the seed gives dropout's masks.</summary>
    void Begin(PackedBatch batch, bool training, ulong seed);

    /// <summary>Writes the vectors of flat rows [begin, end) of a chunk into [flat rows, Stride].</summary>
    void Write(in Chunk chunk, float* inputs, int begin, int end);

    /// <summary>Zeroes what a batch's gradients are added to.</summary>
    void BeginGradient();

    /// <summary>A worker's share of a chunk's gradient by the vectors, [flat rows, Stride]: it adds it to that of whatever the vectors are made of.</summary>
    void AddGradient(in Chunk chunk, float* gradient, WorkerTeam team, int worker);
}
