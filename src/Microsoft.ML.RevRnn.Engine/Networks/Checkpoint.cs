using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A layer's states at one moment, lost-bit lanes included: all that running on from there takes.</summary>
internal sealed class Checkpoint(CellShape shape, MemoryMeter? meter) : IDisposable
{
    public LayerStates States { get; } = new(shape, meter);

    public NativeBuffer<double> Digits { get; } = new(meter);

    public NativeBuffer<int> Fill { get; } = new(meter);

    public long Bytes => States.Bytes + Digits.Bytes + Fill.Bytes;

    public void Dispose()
    {
        States.Dispose();
        Digits.Dispose();
        Fill.Dispose();
    }
}
