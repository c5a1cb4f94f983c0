namespace Microsoft.ML.RevRnn.Compute;

/// <summary>Counts the bytes that the buffers reporting to it hold, now and at the most.</summary>
internal sealed class MemoryMeter
{
    private long _current;
    private long _peak;

    public long CurrentBytes => Interlocked.Read(ref _current);

    public long PeakBytes => Interlocked.Read(ref _peak);

    public void Add(long bytes)
    {
        var now = Interlocked.Add(ref _current, bytes);
        var peak = Interlocked.Read(ref _peak);
        while (now > peak)
        {
            var seen = Interlocked.CompareExchange(ref _peak, now, peak);
            if (seen == peak)
                return;
            peak = seen;
        }
    }
}
