using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The activations of one layer over one chunk: what the backward pass needs. Reversible training has one, which every chunk overwrites;
/// stored training one a chunk.
/// </summary>
internal sealed class LayerRecord(MemoryMeter? meter) : IDisposable
{
    /// <summary>[flat rows, GateRow].</summary>
    public NativeBuffer<float> Gates { get; } = new(meter);

    /// <summary>[slot rows, StateStride].</summary>
    public NativeBuffer<float> Hidden { get; } = new(meter);

    /// <summary>[slot rows, StateStride]; empty where the cell has no cell state.</summary>
    public NativeBuffer<float> Cell { get; } = new(meter);

    public long Bytes => Gates.Bytes + Hidden.Bytes + Cell.Bytes;

    /// <summary>Bytes of a record made for a chunk.</summary>
    public static long BytesFor(CellShape shape, in Chunk chunk) => sizeof(float)
        * ((long)chunk.FlatRows * shape.GateRow + (long)chunk.SlotRows * shape.StateStride * (shape.HasCellState ? 2 : 1));

    public void EnsureCapacity(CellShape shape, int flatRows, int slotRows)
    {
        Gates.EnsureLength((long)flatRows * shape.GateRow);
        Hidden.EnsureLength((long)slotRows * shape.StateStride);
        if (shape.HasCellState)
            Cell.EnsureLength((long)slotRows * shape.StateStride);
    }

    public void Dispose()
    {
        Gates.Dispose();
        Hidden.Dispose();
        Cell.Dispose();
    }
}
