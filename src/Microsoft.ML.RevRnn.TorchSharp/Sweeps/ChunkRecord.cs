using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// What a pass forward leaves of a chunk so that the pass back computes nothing anew: complete pre-activations of a reversible cell, whose states come back by
/// reversal; gates and states of another one.
/// </summary>
internal sealed class ChunkRecord : IDisposable
{
    private readonly IRecurrentKernels _kernels;

    /// <param name="kernels">The device.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="plan">How it is spread over the device.</param>
    /// <param name="flatRows">Flat rows of the largest chunk.</param>
    public ChunkRecord(IRecurrentKernels kernels, CellShape shape, SweepPlan plan, int flatRows)
    {
        _kernels = kernels;
        var (gates, cells, start) = Counts(shape, plan, flatRows);
        Gates = kernels.Allocate(gates * sizeof(float));
        Cells = cells == 0 ? 0 : kernels.Allocate(cells * sizeof(float));
        Start = start == 0 ? 0 : kernels.Allocate(start * sizeof(float));
    }

    /// <summary>[flat, gate row].</summary>
    public nint Gates { get; }

    /// <summary>[flat, state stride] the cell state after each step; 0 where that comes back, or there is none.</summary>
    public nint Cells { get; }

    /// <summary>[states, P, rows] the states at the start; 0 where they come back.</summary>
    public nint Start { get; }

    /// <summary>[flat, state stride] the outputs, which the caller owns.</summary>
    public nint Outputs { get; set; }

    /// <summary>Bytes of one.</summary>
    public static long BytesFor(CellShape shape, SweepPlan plan, long flatRows)
    {
        var (gates, cells, start) = Counts(shape, plan, flatRows);
        return (gates + cells + start) * sizeof(float);
    }

    public void Dispose()
    {
        foreach (var memory in (ReadOnlySpan<nint>)[Gates, Cells, Start])
        {
            if (memory != 0)
                _kernels.Free(memory);
        }
    }

    private static (long Gates, long Cells, long Start) Counts(CellShape shape, SweepPlan plan, long flatRows) => shape.IsReversible
        ? (flatRows * shape.GateRow, 0, 0)
        : (flatRows * shape.GateRow, flatRows * shape.StateStride * (shape.StateCount - 1), (long)shape.StateCount * shape.Half * plan.Rows);
}
