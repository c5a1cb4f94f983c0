using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The states of one layer at one moment, and, where they are asked for, the gradients by them.</summary>
internal sealed class LayerStates : IDisposable
{
    public LayerStates(CellShape shape, MemoryMeter? meter)
    {
        Values = [.. shape.Spec.States.Select(_ => new NativeBuffer<int>(meter))];
        Gradients = [.. shape.Spec.States.Select(_ => new NativeBuffer<float>(meter))];
    }

    /// <summary>Rows that were active.</summary>
    public int Rows { get; set; }

    /// <summary>[B, StateStride] each, in the cell's arithmetic.</summary>
    public NativeBuffer<int>[] Values { get; }

    /// <summary>[B, StateStride] each; empty where nobody has written them.</summary>
    public NativeBuffer<float>[] Gradients { get; }

    public long Bytes
    {
        get
        {
            var bytes = 0L;
            for (var state = 0; state < Values.Length; state++)
                bytes += Values[state].Bytes + Gradients[state].Bytes;
            return bytes;
        }
    }

    public void Dispose()
    {
        for (var state = 0; state < Values.Length; state++)
        {
            Values[state].Dispose();
            Gradients[state].Dispose();
        }
    }
}
