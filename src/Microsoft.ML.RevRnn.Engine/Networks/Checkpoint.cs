using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A layer's state at one moment, lost-bit lanes included: all that running on from there takes.</summary>
internal sealed class Checkpoint(MemoryMeter? meter) : IDisposable
{
    /// <summary>Rows that were active.</summary>
    public int Rows { get; set; }

    public NativeBuffer<int> Hidden { get; } = new(meter);

    public NativeBuffer<int> Cell { get; } = new(meter);

    public NativeBuffer<double> Digits { get; } = new(meter);

    public NativeBuffer<int> Fill { get; } = new(meter);

    public long Bytes => Hidden.Bytes + Cell.Bytes + Digits.Bytes + Fill.Bytes;

    public void Dispose()
    {
        Hidden.Dispose();
        Cell.Dispose();
        Digits.Dispose();
        Fill.Dispose();
    }
}
