using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The activations of one layer over one chunk: what the backward pass needs. Reversible training has one, which every chunk overwrites;
/// stored training one a chunk.
/// </summary>
internal sealed class LayerRecord(CellShape shape, MemoryMeter? meter) : IDisposable
{
    /// <summary>[flat rows, GateRow].</summary>
    public NativeBuffer<float> Gates { get; } = new(meter);

    /// <summary>[slot rows, StateStride] each.</summary>
    public NativeBuffer<float>[] States { get; } = [.. shape.Spec.States.Select(_ => new NativeBuffer<float>(meter))];

    /// <summary>The state that gates read.</summary>
    public NativeBuffer<float> Hidden => States[CellSpec.HiddenState];

    public long Bytes
    {
        get
        {
            var bytes = Gates.Bytes;
            foreach (var state in States)
                bytes += state.Bytes;
            return bytes;
        }
    }

    /// <summary>Bytes of a record made for a chunk.</summary>
    public static long BytesFor(CellShape shape, in Chunk chunk) => sizeof(float)
        * ((long)chunk.FlatRows * shape.GateRow + (long)chunk.SlotRows * shape.StateStride * shape.StateCount);

    public void EnsureCapacity(int flatRows, int slotRows)
    {
        Gates.EnsureLength((long)flatRows * shape.GateRow);
        foreach (var state in States)
            state.EnsureLength((long)slotRows * shape.StateStride);
    }

    public void Dispose()
    {
        Gates.Dispose();
        foreach (var state in States)
            state.Dispose();
    }
}
