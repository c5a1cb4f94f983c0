using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>The recurrent weights of one layer, packed: [P, G blocks] for each half, and their transposes for the backward pass.</summary>
internal sealed class CellWeights(CellShape shape, MatrixKernel kernel) : IDisposable
{
    /// <summary>From the other half's hidden state to the gates of each half.</summary>
    public PackedMatrix[] Hidden { get; } =
        [.. Enumerable.Range(0, shape.Halves).Select(_ => new PackedMatrix(shape.Half, shape.GateStride, kernel))];

    /// <summary>From the gates' gradient of each half to the gradient of the other half's hidden state; only a trainer packs these.</summary>
    public PackedMatrix[] HiddenTransposed { get; } =
        [.. Enumerable.Range(0, shape.Halves).Select(_ => new PackedMatrix(0, 0, kernel))];

    /// <summary>From what each stage reads to its gates.</summary>
    public PackedMatrix[] Inner { get; } =
        [.. shape.Spec.Stages.Select((stage, s) => new PackedMatrix(shape.InnerDepth(s), stage.Gates.Count * shape.BlockStride, kernel))];

    /// <summary>From their gradient to that of what the stage reads.</summary>
    public PackedMatrix[] InnerTransposed { get; } = [.. shape.Spec.Stages.Select(_ => new PackedMatrix(0, 0, kernel))];

    public void Dispose()
    {
        foreach (var matrix in Inner)
            matrix.Dispose();
        foreach (var matrix in InnerTransposed)
            matrix.Dispose();
        foreach (var matrix in Hidden)
            matrix.Dispose();
        foreach (var matrix in HiddenTransposed)
            matrix.Dispose();
    }
}
