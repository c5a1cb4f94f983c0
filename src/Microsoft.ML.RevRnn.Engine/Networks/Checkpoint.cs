using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A layer's states at one moment, lost-bit lanes included: all that running on from there takes.</summary>
internal sealed class Checkpoint : IDisposable
{
    public Checkpoint(CellShape shape, MemoryMeter? meter)
    {
        States = [.. shape.Spec.States.Select(_ => new NativeBuffer<int>(meter))];
        Digits = new NativeBuffer<double>(meter);
        Fill = new NativeBuffer<int>(meter);
    }

    /// <summary>Rows that were active.</summary>
    public int Rows { get; set; }

    /// <summary>[B, StateStride] each.</summary>
    public NativeBuffer<int>[] States { get; }

    public NativeBuffer<double> Digits { get; }

    public NativeBuffer<int> Fill { get; }

    public long Bytes
    {
        get
        {
            var bytes = Digits.Bytes + Fill.Bytes;
            foreach (var state in States)
                bytes += state.Bytes;
            return bytes;
        }
    }

    public void Dispose()
    {
        foreach (var state in States)
            state.Dispose();
        Digits.Dispose();
        Fill.Dispose();
    }
}
