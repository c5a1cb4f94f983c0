using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What a device does for recurrent layers. Pointers are the device's; work is done in the order of the calls.</summary>
internal interface IRecurrentKernels : IDisposable
{
    /// <summary>What a sweep can be spread over.</summary>
    DeviceLimits Limits { get; }

    /// <summary>Bytes of the device that are free; null where that is not the device's matter.</summary>
    long? FreeMemory { get; }

    /// <summary>Zeroed memory.</summary>
    nint Allocate(long bytes);

    void Free(nint memory);

    void Clear(nint memory, long bytes);

    void Copy(nint source, nint target, long bytes);

    void Upload<T>(ReadOnlySpan<T> source, nint target)
        where T : unmanaged;

    /// <summary>Waits until all work is done, and reads its results.</summary>
    void Download<T>(nint source, Span<T> target)
        where T : unmanaged;

    /// <summary>Hidden weights [P, gate stride] of one or both halves to [halves, P, G, depth].</summary>
    void Pack(nint first, nint second, nint packed, CellShape shape, int depth);

    void Multiply(in Product product);

    /// <summary>Adds the rows of a matrix to a vector, in their order.</summary>
    void AddRows(nint source, nint target, int rows, int columns, int stride);

    /// <summary>All steps of a chunk, forward.</summary>
    void Forward(CellKind cell, in SweepPlan plan, in Sweep sweep);

    /// <summary>All steps of a chunk taken back, and the gradients by their pre-activations, or one of the two; only the gradients for a cell that does not reverse.</summary>
    void Backward(CellKind cell, in SweepPlan plan, in Sweep sweep);

    /// <summary>Adds up rows by token.</summary>
    void AddTokens(in TokenSums sums);

    /// <summary>A step of AdamW, or of gradient descent.</summary>
    void Step(OptimizerKind optimizer, in Update update);

    /// <summary>Scales the rows of values [count, rows] down that are longer than <paramref name="longest"/>; clears those that are not finite.</summary>
    void Limit(nint values, int count, int rows, float longest);
}
